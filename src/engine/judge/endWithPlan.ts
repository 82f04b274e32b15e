import type { Experiment } from '../../configs/experiment/experiment';
import { runFiles } from '../../files/runs';
import { isSamePlan } from '../../shared/samePlan';
import type { Plan } from '../../shared/words';
import { headOf } from '../headFor';
import type { RunWriter } from '../runWriter';
import type { SearchedPoint } from '../search/searchSpace';
import { inputsOf, prepareTraining, requireScored } from '../training/prepareTraining';
import type { TrialRunnerOptions } from '../training/trialRunner';
import { writePlan } from '../writePlan';
import { asBegun, begunJudgement, setAside } from './begun';
import { Judging } from './judging';

export interface InRunOptions extends TrialRunnerOptions {
  readonly version: string;
  /** Leaves the experiment as it is. */
  readonly keepFile: boolean;
}

/**
 * Ends a run with its plan in the experiment, and with the verdict on it where the experiment has a block `judge:`. A run that goes
 * on has written the plan perhaps: it is not written again over what the user made of it since.
 *
 * @param find the plan; not asked where a judgement that has begun already knows and `looksAgain` is false
 * @param looksAgain whether the plan may be another one now: a search may have gone on
 * @throws LabError as `find`, `writePlan` and `Judging.run`
 */
export async function endWithPlan(
  experiment: Experiment,
  find: () => Promise<SearchedPoint>,
  looksAgain: boolean,
  writer: RunWriter,
  options: InRunOptions,
  signal: AbortSignal,
): Promise<void> {
  const { run, keepFile } = options;
  const begun = await begunJudgement(run);
  if (begun !== undefined && !looksAgain)
    return judge(asBegun(experiment, begun), begun.plan, writer, options, signal);
  const found = await find();
  const isSame = ({ plan }: { readonly plan: Plan }): boolean =>
    isSamePlan(plan, found.plan.plan, { locks: false });
  if (begun !== undefined && isSame(begun))
    return judge(asBegun(experiment, begun), begun.plan, writer, options, signal);
  if (begun !== undefined) await setAside(run, begun);
  const { plan, wrote, isPlanWritten } = writer.state;
  // An editor's text is its own to write.
  const isKept = keepFile ? wrote.includes(runFiles.plan) : isPlanWritten;
  if (plan === undefined || !isSame(plan) || !isKept) {
    await writer.record({ type: 'stage', stage: 'allocate' });
    await writePlan(experiment, writer, found.plan, keepFile);
  }
  await judge(found.experiment, found.plan.plan, writer, options, signal);
}

async function judge(
  experiment: Experiment,
  plan: Plan,
  writer: RunWriter,
  options: InRunOptions,
  signal: AbortSignal,
): Promise<void> {
  if (!experiment.judges) return;
  const { run, version } = options;
  const { seeds } = experiment.train;
  const prepared = await prepareTraining(experiment, version, seeds, plan, await headOf(run));
  try {
    requireScored(writer, prepared);
    const { inputs } = writer.noted;
    // What was scored on is a part of it.
    writer.note({ inputs: { ...inputs, tasks: inputsOf(prepared, run) } });
    await Judging.run(...([experiment, plan, prepared, writer, options, signal] as const));
  } finally {
    await prepared.model.dispose();
  }
}
