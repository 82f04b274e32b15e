import { InvalidArgumentError, Option, type Command } from 'commander';
import { parseBudgetOption } from '../budgetOption';
import { writeFileAtomic } from '../../files/atomic';
import { requireWritable } from '../../files/writable';
import { allocate } from '../../planning/allocate';
import { defaultOptions, groupings, statistics, type MethodOptions } from '../../planning/options';
import { planRequest } from '../../planning/planRequest';
import type { ScoreFile } from '../../shared/scoreFile';
import { allocationMethods, type AllocationMethod, type Budget } from '../../shared/words';
import { absolute, nonNegativeInteger, positiveInteger, share } from '../options';
import { readScores } from '../readScores';
import { print, say } from '../terminal';

interface Options extends Partial<MethodOptions> {
  scores: string[];
  model?: string;
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
    .requiredOption(
      '--scores <files...>',
      'what `score --json` wrote, the scores.json of a run, or lines of path,score[,standardError]',
    )
    .option('--model <dir>', "model folder, for scores of one's own that tell no shapes", absolute)
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
    .option('--min-experts <n>', 'experts of every adapted module at least', nonNegativeInteger)
    .option('--max-experts <n>', 'experts of every adapted module at most', positiveInteger)
    .option('--no-refine', 'floe: keep the mask of the diagonal, where there are gates to improve it by')
    .option('--quantile <q>', 'lora-smoe: a task votes for modules above it (default: 0.4)', share)
    .addOption(
      new Option('--grouping <name>', 'lora-smoe: modules that share a threshold').choices([...groupings]),
    )
    .addOption(
      new Option('--statistic <name>', 'lora-smoe: sensitivity over entries of a weight').choices([
        ...statistics,
      ]),
    )
    .option('--folds <n>', 'lora-smoe: votes of a single task scored with --per-sample', positiveInteger)
    .option('--stride-a <n>', 'lily: neighboring layers that share one A', positiveInteger)
    .option('--num-b <n>', "lily: B's in the pool of all layers", positiveInteger)
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
  const scores = (
    await Promise.all(options.scores.map((file) => readScores(absolute(file), options.model)))
  ).flat();
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
  const plan = allocate({ ...base, method: options.method, options: given(options), form: undefined });
  const text = JSON.stringify(plan, null, 1);
  if (options.json === undefined) {
    print(text);
  } else {
    await writeFileAtomic(options.json, `${text}\n`);
    say(`Wrote ${options.json}`);
  }
  say(plan.summary);
}

/** The methods' options that stand on the command line. */
const given = (options: Options): Partial<MethodOptions> =>
  Object.fromEntries(
    Object.keys(defaultOptions).flatMap((name) => {
      const value = options[name as keyof MethodOptions];
      return value === undefined ? [] : [[name, value]];
    }),
  );

/** The last name of every module path, as in PEFT's `target_modules`. */
const everyTarget = (scores: readonly ScoreFile[]): string[] => [
  ...new Set(
    scores.flatMap(({ modules }) => modules.map(({ path }) => path.slice(path.lastIndexOf('.') + 1))),
  ),
];
