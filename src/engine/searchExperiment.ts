import type { Experiment } from '../configs/experiment/experiment';
import { readModelFolder } from '../files/modelFolder';
import { requireComputable } from '../files/quantized';
import { requireWritable } from '../files/writable';
import { requireAllocatable } from '../planning/planRequest';
import { LabError } from '../shared/errors';
import { headless, headOf } from './headFor';
import type { RunWriter } from './runWriter';
import { scoreExperiment, type RunOptions } from './scoreExperiment';
import { RankSearch } from './search/rankSearch';
import { requireSearchable, smallestOf, studySettings } from './search/searchSpace';
import { prepareTraining } from './training/prepareTraining';
import { writePlan } from './writePlan';

/**
 * Scores the layers, then searches the rank (and share of layers, and experts): each trial allocates by the scores, trains and
 * is judged on validation data. The best one's plan is written into the experiment.
 *
 * @throws LabError what ended the run; the run's folder says the same
 */
export async function searchExperiment(
  experiment: Experiment,
  options: Omit<RunOptions, 'job'> & { readonly saveEvery?: number },
  signal: AbortSignal,
): Promise<RunWriter> {
  const folder = await readModelFolder(experiment.model);
  requireComputable(folder);
  requireSearchable(experiment);
  requireAllocatable(smallestOf(experiment), folder.modules);
  await requireWritable(experiment.file);
  await requireTrainable(experiment, options.version);
  const { run, device, resume = false, version, saveEvery } = options;
  return scoreExperiment(experiment, { ...options, job: 'search' }, signal, async (writer, { scores }) => {
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
      const found = await RankSearch.run(
        ...([experiment, scores, prepared, writer, { run, device, resume, saveEvery }, signal] as const),
      );
      if (found === undefined) {
        throw new LabError(
          'training-diverged',
          'No trial of the search came to its end.',
          `Lower train.learning_rate (${experiment.train.learningRate}).`,
        );
      }
      await writer.record({ type: 'stage', stage: 'allocate' });
      await writePlan(experiment, writer, found.plan);
    } finally {
      await prepared.model.dispose();
    }
  });
}

/** Each trial has a plan of its own: what stands in the file is none of theirs. */
const withoutPlan = (experiment: Experiment): Experiment => ({ ...experiment, plan: undefined });

/** Reads the data that trials are trained and judged on, so that what it has wrong is said before hours of scoring. */
async function requireTrainable(experiment: Experiment, version: string): Promise<void> {
  const { model, tasks, score } = experiment;
  const sources = tasks.map((task) => ({ ...task, file: task.train }));
  const request = { model, tasks: sources, maxLength: score.maxLength, device: 'auto', seed: 1 } as const;
  // What has no head yet cannot be asked.
  if ((await headless(request)) !== undefined) return;
  const prepared = await prepareTraining(withoutPlan(experiment), version, [1]);
  await prepared.model.dispose();
}
