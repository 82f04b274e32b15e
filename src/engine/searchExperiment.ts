import { makeFolder } from '../files/makeFolder';
import type { Experiment } from '../configs/experiment/experiment';
import { readModelFolder } from '../files/modelFolder';
import { requireComputable } from '../files/quantized';
import { appendRequest } from '../files/searchRequests';
import { requireWritable } from '../files/writable';
import { requireAllocatable } from '../planning/planRequest';
import { asWritten, refusalIn } from '../search/byHand';
import type { Point } from '../search/space';
import { LabError } from '../shared/errors';
import type { ScoreFile } from '../shared/scoreFile';
import type { Module } from '../shared/words';
import { headOf } from './headFor';
import { endWithPlan } from './judge/endWithPlan';
import { requireSeeds } from './judge/requireSeeds';
import { goingOn, requireMine } from './runRecord';
import type { RunWriter } from './runWriter';
import { scoreExperiment, type RunOptions } from './scoreExperiment';
import type { AfterScores } from './scoreRun';
import { Listener } from './search/listener';
import { RankSearch } from './search/rankSearch';
import {
  dimensionsOf,
  requireSearchable,
  smallestOf,
  studySettings,
  type SearchedPoint,
} from './search/searchSpace';
import { prepareTraining, requireScored } from './training/prepareTraining';
import type { TrialRunnerOptions } from './training/trialRunner';
import { requireTrainable, withoutPlan } from './training/requireTrainable';
import { largestOf } from '../shared/largestOf';

export interface SearchOptions extends Omit<RunOptions, 'job'> {
  /** What the run is recorded as: a search by itself where absent, or the main job. */
  readonly job?: 'search' | 'run' | undefined;
  /** Milliseconds between two checkpoints beside those of evaluations. */
  readonly saveEvery?: number | undefined;
  /** Milliseconds between two looks at whether a paused search shall go on. */
  readonly lookEvery?: number | undefined;
  /** Trials by hand, asked for before the first one. */
  readonly add?: readonly Point[] | undefined;
  /** Leaves the plan in the run: the editor writes it into the text that is open. */
  readonly keepFile?: boolean | undefined;
}

/**
 * Scores the layers, then searches the rank (and share of layers, and experts): each trial allocates by the scores, trains and
 * is judged on validation data. The best one's plan is written into the experiment.
 *
 * @throws LabError what ended the run; the run's folder says the same
 */
export async function searchExperiment(
  experiment: Experiment,
  options: SearchOptions,
  signal: AbortSignal,
): Promise<RunWriter> {
  const folder = await readModelFolder(experiment.model);
  requireComputable(folder);
  requireSearchable(experiment);
  requireAllocatable(smallestOf(experiment), folder.modules);
  await requireWritable(experiment.file);
  const add = pointsOf(experiment, folder.modules, options.add ?? []);
  if (experiment.judges && options.job === 'run') requireSeeds(experiment.train.seeds);
  await requireTrainable(experiment, options.version);
  const { run, job = 'search', device, resume = false, version, keepFile = false } = options;
  const { saveEvery } = options;
  const begin = async (): Promise<void> => {
    if (resume) {
      // Before anything is asked: the run may be another's.
      await requireMine(run, job, experiment.file);
      await Listener.resume(run);
    }
    await ask(run, add);
  };
  const searched: AfterScores = async (writer, { scores }, pieces) => {
    // A search by itself judges nothing: the experiment of the point that it finds is made of this one.
    const given = { ...experiment, judges: experiment.judges && job === 'run' };
    const find = (): Promise<SearchedPoint> => search(given, scores, writer, { ...options, pieces }, signal);
    const settings = { run, device, resume, saveEvery, version, keepFile, pieces };
    await endWithPlan(given, find, true, writer, settings, signal);
  };
  return goingOn(options, async () => {
    await begin();
    return scoreExperiment(experiment, { ...options, job }, signal, searched);
  });
}

/** @throws LabError training-diverged where no trial came to its end, and as `RankSearch.run` */
async function search(
  experiment: Experiment,
  scores: readonly ScoreFile[],
  writer: RunWriter,
  {
    run,
    device,
    resume = false,
    version,
    saveEvery,
    lookEvery,
    pieces,
  }: SearchOptions & Pick<TrialRunnerOptions, 'pieces'>,
  signal: AbortSignal,
): Promise<SearchedPoint> {
  await writer.record({ type: 'stage', stage: 'search' });
  const { seeds } = studySettings(experiment, scores);
  const prepared = await prepareTraining(
    withoutPlan(experiment),
    version,
    seeds,
    undefined,
    await headOf(run),
  );
  try {
    requireScored(writer, prepared);
    const found = await RankSearch.run(
      ...([
        experiment,
        scores,
        prepared,
        writer,
        { run, device, resume, saveEvery, lookEvery, pieces },
        signal,
      ] as const),
    );
    if (found === undefined) {
      throw new LabError(
        'training-diverged',
        'No trial of the search came to its end.',
        `Lower train.learning_rate (${experiment.train.learningRate}).`,
      );
    }
    return found;
  } finally {
    await prepared.model.dispose();
  }
}

/** Which of them the budget leaves is known only by the scores: that the search itself says. @throws LabError option-invalid */
function pointsOf(experiment: Experiment, modules: readonly Module[], points: readonly Point[]): Point[] {
  const layers = Math.max(0, largestOf(modules.map(({ layer }) => layer))) + 1;
  const dimensions = dimensionsOf(experiment, layers);
  return points.map((written) => {
    const point = asWritten(dimensions, written);
    const refusal = refusalIn(dimensions, point);
    if (refusal !== undefined) throw refusal;
    return point;
  });
}

async function ask(run: string, points: readonly Point[]): Promise<void> {
  if (points.length > 0) await makeFolder(run);
  for (const point of points) await appendRequest(run, { type: 'add', point });
}
