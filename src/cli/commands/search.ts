import type { Command } from 'commander';
import path from 'node:path';
import { readExperiment } from '../../configs/experiment/parse';
import { requireMine } from '../../engine/runRecord';
import { searchExperiment } from '../../engine/searchExperiment';
import { writeFileAtomic } from '../../files/atomic';
import { newRunFolder, runFiles } from '../../files/runs';
import { appendRequest, readRequests, type AskedTrial } from '../../files/searchRequests';
import { requireWritable } from '../../files/writable';
import { noiseWarnings } from '../../planning/report';
import { searchEnd, searchTable } from '../../planning/searchReport';
import { asWritten, refusalOf } from '../../search/byHand';
import { readStudy } from '../../search/journal';
import { writeOptuna } from '../../search/optuna/writeOptuna';
import type { Point } from '../../search/space';
import { toLabError } from '../../shared/errors';
import { version } from '../../shared/version';
import type { Device } from '../../shared/words';
import { absolute, deviceGiven, deviceOption, pointOption } from '../options';
import { addExecutor, executorGiven, withExecutor, type ExecutorGiven } from '../executorOption';
import { drawnRun } from '../drawnRun';
import { interruptSignal, print, quoted, say, shown, shownReports } from '../terminal';

interface Options extends ExecutorGiven {
  device: Device | 'auto';
  resume?: string;
  optuna?: string;
  add: Point[];
}

/** `adapter-lab search`: which rank, share of layers and experts are best under the budget. */
export function addSearch(program: Command): void {
  addExecutor(program.command('search'))
    .description(
      'search rank and share of layers: score, then train and judge trials; write the best plan into the experiment',
    )
    .argument('<experiment>', 'a *.adapter.yaml file', absolute)
    .addOption(deviceOption())
    .option('--resume <run>', 'go on with this stopped run', absolute)
    .option(
      '--optuna <file>',
      "also write the search as Optuna's journal storage, for optuna-dashboard",
      absolute,
    )
    .option(
      '--add <point>',
      'first try this point, such as rank=8,layers=50%, besides the evaluations; may be given several times',
      (text: string, before: Point[]) => [...before, pointOption(text)],
      [],
    )
    .action(search);
}

async function search(experiment: string, options: Options): Promise<void> {
  const { device, resume, optuna, add } = options;
  if (optuna !== undefined) await requireWritable(optuna);
  const read = withExecutor(await readExperiment(experiment), options);
  if (!read.searches) {
    const { ranks, evaluations } = read.search;
    say(
      `${shown(experiment)} has no block search:, so the usual one holds: ranks ${ranks.join(', ')}, ${evaluations} evaluations at most.`,
    );
  }
  const run = resume ?? newRunFolder(experiment, 'search', new Date());
  const resumes = resume !== undefined;
  if (resumes && add.length > 0) await addTo(run, experiment, add);
  const also = optuna === undefined ? '' : ` --optuna ${quoted(shown(optuna))}`;
  const given = [...deviceGiven(device), ...executorGiven(options)];
  const command = ['adapter-lab search', quoted(shown(experiment)), ...given].join(' ') + also;
  const writer = await drawnRun(run, command, resumes, (told) =>
    searchExperiment(
      read,
      { run, device, version, resume: resumes, told, command, ...(resumes ? {} : { add }) },
      interruptSignal(),
    ),
  );
  const { state } = writer;
  for (const warning of noiseWarnings(state)) say(warning);
  if (optuna !== undefined) {
    await writeFileAtomic(optuna, writeOptuna(await readStudy(path.join(run, runFiles.trials))));
  }
  const wrote = [`${shown(experiment)} (plan:)`, ...shownReports(run)];
  print(
    [
      ...['', ...searchTable(state), '', ...searchEnd(state)],
      ...(state.plan === undefined ? [] : [state.plan.summary]),
      ...['', `Wrote ${[...wrote, ...(optuna === undefined ? [] : [shown(optuna)])].join(', ')}`],
      ...(state.plan === undefined ? [] : [`Next: adapter-lab commit ${shown(experiment)}`]),
    ].join('\n'),
  );
}

/**
 * Asks a search that was stopped, or has come to its end, for more trials.
 * @throws LabError run-not-resumable, option-invalid where a point cannot be tried
 */
async function addTo(run: string, experiment: string, points: readonly Point[]): Promise<void> {
  await requireMine(run, 'search', experiment);
  const { waiting } = await readRequests(run);
  // Before its first trial there is no study: then the search says itself what it cannot try.
  const study = await readStudy(path.join(run, runFiles.trials)).catch((thrown: unknown) => {
    if (toLabError(thrown).code !== 'run-not-found') throw thrown;
    return undefined;
  });
  const asked: AskedTrial[] = [...waiting];
  for (const written of points) {
    const point = study ? asWritten(study.settings.space.dimensions, written) : written;
    const refusal = study && refusalOf(study, point, asked);
    if (refusal !== undefined) throw refusal;
    asked.push({ request: -1, point });
  }
  for (const { point } of asked.slice(waiting.length)) await appendRequest(run, { type: 'add', point });
}
