import type { Experiment } from '../configs/experiment/experiment';
import { readModelFolder } from '../files/modelFolder';
import { requireComputable } from '../files/quantized';
import { requireWritable } from '../files/writable';
import { requireAllocatable } from '../planning/planRequest';
import { LabError } from '../shared/errors';
import { headOf } from './headFor';
import type { RunWriter } from './runWriter';
import { scoreExperiment, type RunOptions } from './scoreExperiment';
import { RankSearch } from './search/rankSearch';
import { studySettings } from './search/searchSpace';
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
  requireAllocatable(experiment, folder.modules);
  await requireWritable(experiment.file);
  const { run, device, resume = false, version, saveEvery } = options;
  return scoreExperiment(experiment, { ...options, job: 'search' }, signal, async (writer, { scores }) => {
    await writer.record({ type: 'stage', stage: 'search' });
    const { seeds } = studySettings(experiment, scores);
    const prepared = await prepareTraining(experiment, version, seeds, undefined, await headOf(run));
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
