import type { Command } from 'commander';
import path from 'node:path';
import { readExperiment } from '../../configs/experiment/parse';
import { searchExperiment } from '../../engine/searchExperiment';
import { writeFileAtomic } from '../../files/atomic';
import { newRunFolder, runFiles } from '../../files/runs';
import { requireWritable } from '../../files/writable';
import { noiseWarnings } from '../../planning/report';
import { searchEnd, searchTable } from '../../planning/searchReport';
import { readStudy } from '../../search/journal';
import { writeOptuna } from '../../search/optuna/writeOptuna';
import { LabError } from '../../shared/errors';
import { version } from '../../shared/version';
import type { Device } from '../../shared/words';
import { absolute, deviceOption } from '../options';
import { drawnRun } from '../drawnRun';
import { interruptSignal, print, quoted, say } from '../terminal';

interface Options {
  device: Device | 'auto';
  executor?: string;
  resume?: string;
  optuna?: string;
}

/** `adapter-lab search`: which rank, share of layers and experts are best under the budget. */
export function addSearch(program: Command): void {
  program
    .command('search')
    .description(
      'search rank and share of layers: score, then train and judge trials; write the best plan into the experiment',
    )
    .argument('<experiment>', 'a *.adapter.yaml file', absolute)
    .addOption(deviceOption())
    .option('--executor <name>', 'where trials run: local')
    .option('--resume <run>', 'go on with this stopped run', absolute)
    .option(
      '--optuna <file>',
      "also write the search as Optuna's journal storage, for optuna-dashboard",
      absolute,
    )
    .action(search);
}

async function search(experiment: string, { device, executor, resume, optuna }: Options): Promise<void> {
  if (optuna !== undefined) await requireWritable(optuna);
  const read = await readExperiment(experiment);
  const asked = executor ?? read.executor;
  if (asked !== 'local') {
    throw new LabError(
      'option-invalid',
      `The executor '${asked}' is not built yet.`,
      'Use the executor local.',
    );
  }
  const run = resume ?? newRunFolder(experiment, 'search', new Date());
  const resumes = resume !== undefined;
  const also = optuna === undefined ? '' : ` --optuna ${quoted(shown(optuna))}`;
  const command = `adapter-lab search ${quoted(shown(experiment))}${also}`;
  const writer = await drawnRun(run, command, resumes, (told) =>
    searchExperiment(
      { ...read, executor: 'local' },
      { run, device, version, resume: resumes, told },
      interruptSignal(),
    ),
  );
  const { state } = writer;
  for (const warning of noiseWarnings(state)) say(warning);
  if (optuna !== undefined) {
    await writeFileAtomic(optuna, writeOptuna(await readStudy(path.join(run, runFiles.trials))));
  }
  const wrote = [`${shown(experiment)} (plan:)`, shown(path.join(run, runFiles.report))];
  print(
    [
      ...['', ...searchTable(state), '', ...searchEnd(state)],
      ...(state.plan === undefined ? [] : [state.plan.summary]),
      ...['', `Wrote ${[...wrote, ...(optuna === undefined ? [] : [shown(optuna)])].join(', ')}`],
    ].join('\n'),
  );
}

const shown = (file: string): string => path.relative(process.cwd(), file) || file;
