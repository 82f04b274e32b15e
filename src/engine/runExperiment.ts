import type { Experiment } from '../configs/experiment/experiment';
import { readModelFolder } from '../files/modelFolder';
import { requireComputable } from '../files/quantized';
import { requireWritable } from '../files/writable';
import { allocate } from '../planning/allocate';
import { planRequest, requireAllocatable } from '../planning/planRequest';
import type { RunWriter } from './runWriter';
import { writePlan } from './writePlan';
import { scoreExperiment } from './scoreExperiment';
import { searchExperiment, type SearchOptions } from './searchExperiment';

/**
 * The main job: score the layers, search the rank where the experiment has a block `search:` or else allocate under the budget,
 * write the plan into the experiment, report. The verdict joins here when it is built.
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
  return scoreExperiment(experiment, { ...options, job: 'run' }, signal, async (writer, { scores }) => {
    await writer.record({ type: 'stage', stage: 'allocate' });
    await writePlan(experiment, writer, allocate(planRequest(experiment, scores)), options.keepFile);
  });
}
