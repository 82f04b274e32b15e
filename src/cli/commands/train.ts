import type { Command } from 'commander';
import path from 'node:path';
import { readExperiment } from '../../configs/experiment/parse';
import { trainExperiment } from '../../engine/trainExperiment';
import { newRunFolder } from '../../files/runs';
import { trainingTable } from '../../planning/trainingReport';
import { version } from '../../shared/version';
import type { Device } from '../../shared/words';
import { absolute, deviceGiven, deviceOption, integer } from '../options';
import { drawnRun } from '../drawnRun';
import { readPlan } from '../readPlan';
import { interruptSignal, print, quoted, shown, shownReports } from '../terminal';

interface Options {
  device: Device | 'auto';
  plan?: string;
  seed?: number[];
  resume?: string;
}

/** `adapter-lab train`: an experiment's adapters by its plan, once for each seed. */
export function addTrain(program: Command): void {
  program
    .command('train')
    .description(
      "train the experiment's adapters by its plan (without one: all targets alike), once for each seed",
    )
    .argument('<experiment>', 'a *.adapter.yaml file', absolute)
    .option('--plan <file>', "a run's plan.json instead of the experiment's own plan", absolute)
    .option('--seed <n>', 'this seed instead of the train.seeds; may be given several times', seeds)
    .addOption(deviceOption())
    .option('--resume <run>', 'go on with this stopped run', absolute)
    .action(train);
}

const seeds = (text: string, before: number[] | undefined): number[] => [...(before ?? []), integer(text)];

async function train(experiment: string, { device, plan, seed, resume }: Options): Promise<void> {
  const run = resume ?? newRunFolder(experiment, 'train', new Date());
  const resumes = resume !== undefined;
  const options = [
    ...(plan === undefined ? [] : [`--plan ${quoted(shown(plan))}`]),
    ...(seed ?? []).map((n) => `--seed ${n}`),
  ];
  const command = ['adapter-lab train', quoted(shown(experiment)), ...options, ...deviceGiven(device)].join(
    ' ',
  );
  const writer = await drawnRun(run, command, resumes, async (told) =>
    trainExperiment(
      await readExperiment(experiment),
      {
        ...{ run, device, version, seeds: seed, resume: resumes, told, command },
        plan: plan === undefined ? undefined : await readPlan(plan),
      },
      interruptSignal(),
    ),
  );
  const { trials } = writer.state;
  const adapters = trials.map(({ name }) => shown(path.join(run, 'adapters', name)));
  print(
    ['', ...trainingTable(writer.state), '', `Wrote ${[...adapters, ...shownReports(run)].join(', ')}`].join(
      '\n',
    ),
  );
}
