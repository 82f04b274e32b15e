import type { Experiment } from '../../configs/experiment/experiment';
import type { Plan } from '../../shared/words';
import { headOf } from '../headFor';
import type { RunWriter } from '../runWriter';
import { prepareTraining } from '../training/prepareTraining';
import type { TrialRunnerOptions } from '../training/trialRunner';
import { Judging } from './judging';

/**
 * Ends a run whose plan was found with the verdict on it, where the experiment has a block `judge:`.
 *
 * @param experiment as the plan is trained: a search's best trial has its own rank
 * @throws LabError as `Judging.run`
 */
export async function judgeInRun(
  experiment: Experiment,
  plan: Plan,
  writer: RunWriter,
  options: TrialRunnerOptions & { readonly version: string },
  signal: AbortSignal,
): Promise<void> {
  if (!experiment.judges) return;
  const { run, version } = options;
  const { seeds } = experiment.train;
  const prepared = await prepareTraining(experiment, version, seeds, plan, await headOf(run));
  try {
    await Judging.run(...([experiment, plan, prepared, writer, options, signal] as const));
  } finally {
    await prepared.model.dispose();
  }
}
