import type { Experiment } from '../../configs/experiment/experiment';
import { headless } from '../headFor';
import { prepareTraining } from './prepareTraining';

/**
 * Reads the data that plans are trained and judged on, so that what it has wrong is said before hours of scoring.
 * @throws LabError what the data has wrong, by file and line
 */
export async function requireTrainable(experiment: Experiment, version: string): Promise<void> {
  const { model, tasks, score } = experiment;
  const sources = tasks.map((task) => ({ ...task, file: task.train }));
  const request = { model, tasks: sources, maxLength: score.maxLength, device: 'auto', seed: 1 } as const;
  // What has no head yet cannot be asked.
  if ((await headless(request)) !== undefined) return;
  const prepared = await prepareTraining(withoutPlan(experiment), version, [1]);
  await prepared.model.dispose();
}

/** For trainings that have a plan of their own each: what stands in the file is none of theirs. */
export const withoutPlan = (experiment: Experiment): Experiment => ({ ...experiment, plan: undefined });
