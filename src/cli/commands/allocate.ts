import { InvalidArgumentError, Option, type Command } from 'commander';
import { parseBudgetOption } from '../budgetOption';
import { writeFileAtomic } from '../../files/atomic';
import { requireWritable } from '../../files/writable';
import { readJsonAs } from '../../files/json';
import { allocate } from '../../planning/allocate';
import { planRequest } from '../../planning/planRequest';
import { runScoresSchema, scoreFileSchema, type ScoreFile } from '../../shared/scoreFile';
import { allocationMethods, type AllocationMethod, type Budget } from '../../shared/words';
import { absolute, positiveInteger } from '../options';
import { print, say } from '../terminal';
import * as z from 'zod';

interface Options {
  scores: string[];
  method: AllocationMethod;
  budget: Budget;
  rank: number;
  alpha?: number;
  experts: number;
  targets?: string[];
  json?: string;
}

/** `adapter-lab allocate`: a plan from score files. */
export function addAllocate(program: Command): void {
  program
    .command('allocate')
    .description('make a plan from scores under a budget')
    .requiredOption('--scores <files...>', 'what `score --json` wrote, or the scores.json of a run')
    .addOption(
      new Option('--method <name>', 'how to allocate').choices([...allocationMethods]).makeOptionMandatory(),
    )
    .requiredOption(
      '--budget <limit...>',
      'layers=25%, parameters=200k, experts=48 or megabytes=2',
      collectBudget,
    )
    .option('--rank <r>', 'rank of each adapter', positiveInteger, 8)
    .option('--alpha <a>', 'adapter scale; twice the rank where absent', positiveInteger)
    .option('--experts <n>', 'experts per adapted module, on average', positiveInteger, 4)
    .option(
      '--targets <names...>',
      'modules that may get adapters, by the ends of their paths; all where absent',
    )
    .option('--json <file>', 'write the plan to this file instead of printing it', absolute)
    .action(run);
}

function collectBudget(text: string, before: Budget | undefined): Budget {
  const parsed = parseBudgetOption(text);
  if (typeof parsed === 'string') throw new InvalidArgumentError(parsed);
  return { ...before, ...parsed };
}

async function run(options: Options): Promise<void> {
  if (options.json !== undefined) await requireWritable(options.json);
  const scores = (await Promise.all(options.scores.map((file) => readScores(absolute(file))))).flat();
  const base = planRequest(
    {
      method: 'floe',
      adapter: {
        targets: options.targets ?? everyTarget(scores),
        rank: options.rank,
        alpha: options.alpha ?? 2 * options.rank,
        experts: options.experts,
      },
      budget: options.budget,
      plan: undefined,
    },
    scores,
  );
  const plan = allocate({ ...base, method: options.method, form: undefined });
  const text = JSON.stringify(plan, null, 1);
  if (options.json === undefined) {
    print(text);
  } else {
    await writeFileAtomic(options.json, `${text}\n`);
    say(`Wrote ${options.json}`);
  }
  say(plan.summary);
}

/** The last name of every module path, as in PEFT's `target_modules`. */
const everyTarget = (scores: readonly ScoreFile[]): string[] => [
  ...new Set(
    scores.flatMap(({ modules }) => modules.map(({ path }) => path.slice(path.lastIndexOf('.') + 1))),
  ),
];

async function readScores(file: string): Promise<readonly ScoreFile[]> {
  const read = await readJsonAs(file, z.union([scoreFileSchema, runScoresSchema]), {
    what: 'The score file',
    missing: 'scores-invalid',
    invalid: 'scores-invalid',
    next: 'Make one with: adapter-lab score --json FILE.',
  });
  return 'scores' in read ? read.scores : [read];
}
