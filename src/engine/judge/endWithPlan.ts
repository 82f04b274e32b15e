import type { Experiment } from '../../configs/experiment/experiment';
import { isSamePlan } from '../../planning/samePlan';
import type { PlanFile } from '../../shared/planFile';
import type { Plan } from '../../shared/words';
import { headOf } from '../headFor';
import type { RunWriter } from '../runWriter';
import { inputsOf, prepareTraining } from '../training/prepareTraining';
import type { TrialRunnerOptions } from '../training/trialRunner';
import { writePlan } from '../writePlan';
import { asBegun, begunJudgement, setAside } from './begun';
import { Judging } from './judging';

/** A plan that a run has found, and the experiment as it is trained: a search's best trial has its own rank. */
export interface FoundPlan {
  readonly experiment: Experiment;
  readonly plan: PlanFile;
}

export interface InRunOptions extends TrialRunnerOptions {
  readonly version: string;
  /** Leaves the experiment as it is. */
  readonly keepFile: boolean;
}

/**
 * Ends a run with its plan in the experiment, and with the verdict on it where the experiment has a block `judge:`. A run that goes
 * on behind the beginning of its judgement has written the plan: it is not written again over what the user made of it since.
 *
 * @param find the plan; not asked where a judgement that has begun already knows and `looksAgain` is false
 * @param looksAgain whether the plan may be another one now: a search may have gone on
 * @throws LabError as `find`, `writePlan` and `Judging.run`
 */
export async function endWithPlan(
  experiment: Experiment,
  find: () => Promise<FoundPlan>,
  looksAgain: boolean,
  writer: RunWriter,
  options: InRunOptions,
  signal: AbortSignal,
): Promise<void> {
  const { run, keepFile } = options;
  const begun = experiment.judges ? await begunJudgement(run) : undefined;
  const found = begun === undefined || looksAgain ? await find() : undefined;
  if (
    begun !== undefined &&
    (found === undefined || isSamePlan(begun.plan, found.plan.plan, { locks: false }))
  ) {
    await judge(asBegun(experiment, begun), begun.plan, writer, options, signal);
    return;
  }
  if (found === undefined) return;
  if (begun !== undefined) await setAside(run);
  await writer.record({ type: 'stage', stage: 'allocate' });
  await writePlan(experiment, writer, found.plan, keepFile);
  if (experiment.judges) await judge(found.experiment, found.plan.plan, writer, options, signal);
}

async function judge(
  experiment: Experiment,
  plan: Plan,
  writer: RunWriter,
  options: InRunOptions,
  signal: AbortSignal,
): Promise<void> {
  const { run, version } = options;
  const { seeds } = experiment.train;
  const prepared = await prepareTraining(experiment, version, seeds, plan, await headOf(run));
  try {
    const { inputs } = writer.noted;
    // What was scored on is a part of it.
    writer.note({ inputs: { ...inputs, tasks: inputsOf(prepared, run) } });
    await Judging.run(...([experiment, plan, prepared, writer, options, signal] as const));
  } finally {
    await prepared.model.dispose();
  }
}
