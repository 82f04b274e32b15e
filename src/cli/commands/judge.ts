import { InvalidArgumentError, type Command } from 'commander';
import path from 'node:path';
import { readExperiment } from '../../configs/experiment/parse';
import {
  agreementOf,
  outcomesOf,
  readReproduction,
  requireSameInputs,
  type Reproduction,
} from '../../engine/judge/reproduce';
import { judgeExperiment } from '../../engine/judgeExperiment';
import type { RunWriter } from '../../engine/runWriter';
import { newRunFolder, runFiles } from '../../files/runs';
import { verdictLines } from '../../planning/verdictReport';
import { exitCodes, LabError } from '../../shared/errors';
import { controlNames, type ControlName } from '../../shared/verdict';
import { version } from '../../shared/version';
import type { Device } from '../../shared/words';
import { absolute, deviceGiven, deviceOption, integer } from '../options';
import { addExecutor, executorGiven, withExecutor, type ExecutorGiven } from '../executorOption';
import { drawnRun } from '../drawnRun';
import { readPlan } from '../readPlan';
import { interruptSignal, print, quoted, shown, shownReports } from '../terminal';

interface Options extends ExecutorGiven {
  device: Device | 'auto';
  plan?: string;
  control?: ControlName[];
  seed?: number[];
  reproduce?: string;
  resume?: string;
}

/** `adapter-lab judge`: is the plan better than its controls, as far as the seeds tell? */
export function addJudge(program: Command): void {
  addExecutor(program.command('judge'))
    .description(
      'train the plan and its controls over the same seeds, and say whether it is better, as far as the seeds tell',
    )
    .argument('<experiment>', 'a *.adapter.yaml file', absolute)
    .option('--plan <file>', "a run's plan.json instead of the experiment's own plan", absolute)
    .option(
      '--control <name>',
      `this control instead of the judge.controls: ${controlNames.join(', ')}; may be given several times`,
      several(control),
    )
    .option(
      '--seed <n>',
      'this seed instead of the train.seeds; may be given several times',
      several(integer),
    )
    .option(
      '--reproduce <run>',
      'judge once more what this run judged, and say whether the numbers agree',
      absolute,
    )
    .addOption(deviceOption())
    .option('--resume <run>', 'go on with this stopped run', absolute)
    .action(judge);
}

function several<T>(read: (text: string) => T): (text: string, before: T[] | undefined) => T[] {
  return (text, before = []) => [...before, read(text)];
}

function control(text: string): ControlName {
  const found = controlNames.find((name) => name === text);
  if (found === undefined) throw new InvalidArgumentError(`It must be one of ${controlNames.join(', ')}.`);
  return found;
}

async function judge(experiment: string, options: Options): Promise<void> {
  const { device, plan, control: controls, seed, reproduce, resume } = options;
  const first = reproduce === undefined ? undefined : await firstOf(reproduce, experiment, options);
  const run = resume ?? newRunFolder(experiment, 'judge', new Date());
  const resumes = resume !== undefined;
  const given = [
    ...(plan === undefined ? [] : [`--plan ${quoted(shown(plan))}`]),
    ...(controls ?? []).map((name) => `--control ${name}`),
    ...(seed ?? []).map((n) => `--seed ${n}`),
    ...deviceGiven(device),
    ...executorGiven(options),
    ...(reproduce === undefined ? [] : [`--reproduce ${quoted(shown(reproduce))}`]),
  ];
  const command = ['adapter-lab judge', quoted(shown(experiment)), ...given].join(' ');
  const writer = await drawnRun(run, command, resumes, async (told) => {
    const read = withExecutor(first?.experiment ?? (await readExperiment(experiment)), options);
    const asked = controls === undefined ? read : { ...read, judge: { ...read.judge, controls } };
    return judgeExperiment(
      asked,
      {
        ...{ run, version, resume: resumes, told, command },
        device: device === 'auto' ? (first?.manifest.device ?? 'auto') : device,
        ...(first && {
          checkInputs: (inputs) => requireSameInputs(first, inputs),
          again: { run: first.run, experimentHash: first.manifest.inputs.experimentHash },
        }),
        seeds: first?.seeds ?? seed,
        plan: first?.plan ?? (plan === undefined ? undefined : await readPlan(plan)),
      },
      interruptSignal(),
    );
  });
  const wrote = [shown(path.join(run, runFiles.verdict)), ...shownReports(run)];
  print(['', ...verdictLines(writer.state), '', `Wrote ${wrote.join(', ')}`].join('\n'));
  if (first !== undefined) await compare(first, writer);
}

/** What is judged once more. @throws LabError option-invalid where something else is asked for besides */
async function firstOf(
  reproduce: string,
  experiment: string,
  { plan, control: controls, seed }: Options,
): Promise<Reproduction> {
  const first = await readReproduction(reproduce);
  if (plan ?? controls ?? seed) {
    throw new LabError(
      'option-invalid',
      '--reproduce takes plan, controls and seeds from the run.',
      'Leave --plan, --control and --seed out.',
    );
  }
  if (first.experiment.file !== experiment) {
    throw new LabError(
      'option-invalid',
      `The run ${shown(reproduce)} is of ${shown(first.experiment.file)}.`,
      'Name that experiment.',
    );
  }
  return first;
}

async function compare(first: Reproduction, writer: RunWriter): Promise<void> {
  const { agrees, words } = agreementOf(first.outcomes, await outcomesOf(writer));
  print(`\n${words}`);
  if (!agrees) process.exitCode = exitCodes.input;
}
