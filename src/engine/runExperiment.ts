import type { Experiment } from '../configs/experiment/experiment';
import { readModelFolder } from '../files/modelFolder';
import { requireComputable } from '../files/quantized';
import { requireWritable } from '../files/writable';
import { allocate } from '../planning/allocate';
import { planRequest, requireAllocatable } from '../planning/planRequest';
import { endWithPlan } from './judge/endWithPlan';
import { requireSeeds } from './judge/requireSeeds';
import type { RunWriter } from './runWriter';
import { scoreExperiment } from './scoreExperiment';
import type { SearchedPoint } from './search/searchSpace';
import { requireTrainable } from './training/requireTrainable';
import { searchExperiment, type SearchOptions } from './searchExperiment';

/**
 * The main job: score the layers, search the rank where the experiment has a block `search:` or else allocate under the budget,
 * write the plan into the experiment, judge it against its controls where there is a block `judge:`, report.
 */
export async function runExperiment(
  experiment: Experiment,
  options: Omit<SearchOptions, 'job'>,
  signal: AbortSignal,
): Promise<RunWriter> {
  if (experiment.searches) return searchExperiment(experiment, { ...options, job: 'run' }, signal);
  const folder = await readModelFolder(experiment.model);
  // First: a quantized folder's modules may be incomplete, and what is said of them would mislead.
  requireComputable(folder);
  requireAllocatable(experiment, folder.modules);
  await requireWritable(experiment.file);
  const { run, device, resume = false, version, saveEvery, keepFile = false } = options;
  if (experiment.judges) {
    requireSeeds(experiment.train.seeds);
    await requireTrainable(experiment, version);
  }
  return scoreExperiment(
    experiment,
    { ...options, job: 'run' },
    signal,
    async (writer, { scores }, pieces) => {
      const find = (): Promise<SearchedPoint> =>
        Promise.resolve({ experiment, plan: allocate(planRequest(experiment, scores)) });
      const settings = { run, device, resume, saveEvery, version, keepFile, pieces };
      await endWithPlan(experiment, find, false, writer, settings, signal);
    },
  );
}
