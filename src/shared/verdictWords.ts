import { formatShare } from './format';
import type { RunState } from './runState';
import { isSamePlan } from './samePlan';
import type { ArmName, Comparison, ControlName, Verdict } from './verdict';

/** How an arm is called in tables. */
export const armTitles: Readonly<Record<ArmName, string>> = {
  plan: 'Plan',
  uniform: 'Uniform',
  random: 'Random layers',
  'all-layers': 'All layers',
};

/** What a plan is compared with, in a sentence. */
export const controlWords: Readonly<Record<ControlName, string>> = {
  uniform: 'the uniform plan of at most its size',
  random: 'the same rows in layers drawn by chance',
  'all-layers': 'the same row in all layers',
};

/** Trainings that have ended, and those that may be asked for. */
export function judgedTrainings({ arms, seeds, isOver }: Verdict): { done: number; most: number } {
  const done = arms.reduce((sum, { results }) => sum + results.length, 0);
  return { done, most: isOver ? done : arms.length * seeds.length };
}

/** "training 3 of 6", of a run that judges now; undefined where it does not. */
export function judgingWords({ status, verdict }: RunState): string | undefined {
  if (status !== 'running' || verdict === undefined || verdict.isOver) return undefined;
  const { done, most } = judgedTrainings(verdict);
  return `training ${Math.min(done + 1, most)} of ${most}`;
}

/** What can be said of a plan against a control. Worse by less than matters is as good. */
export type Finding = 'better' | 'worse' | 'as good' | 'at least as good' | 'no difference';

export function findingOf({
  call,
  isEquivalent,
  isAsGood,
}: Pick<Comparison, 'call' | 'isEquivalent' | 'isAsGood'>): Finding {
  if (call === 'better') return 'better';
  if (isEquivalent || (call === 'worse' && isAsGood)) return 'as good';
  if (call === 'worse') return 'worse';
  return isAsGood ? 'at least as good' : 'no difference';
}

const joints: Readonly<Record<Finding, string>> = {
  better: 'than',
  worse: 'than',
  'as good': 'as',
  'at least as good': 'as',
  'no difference': 'from',
};

/** "better than", "as good as", "no difference from" */
export const findingWords = (finding: Finding): string => `${finding} ${joints[finding]}`;

/** "better than uniform", "no difference from uniform": the outcome in a few words, for lists; undefined before there is one. */
export function verdictTag(verdict: Verdict | undefined): string | undefined {
  const [first] = verdict?.comparisons ?? [];
  if (verdict?.isOver !== true || first === undefined) return undefined;
  return `${findingWords(findingOf(first))} ${armTitles[first.control].toLowerCase()}`;
}

/** A value of a verdict's metric: accuracy in percent, a loss as it is. */
export const verdictValue = ({ metric }: Pick<Verdict, 'metric'>, value: number): string =>
  metric === 'accuracy' ? formatShare(value) : value.toFixed(3);

/** How much a difference of such values is, without sign and unit: "1.3" of accuracy in points, "0.012" of a loss; a small one keeps a digit. */
function sizeOf({ metric }: Pick<Verdict, 'metric'>, difference: number): string {
  const [size, digits] =
    metric === 'accuracy' ? ([100 * Math.abs(difference), 1] as const) : ([Math.abs(difference), 3] as const);
  const text = size.toFixed(digits);
  // What is next to nothing is 0: sums of hundreds of differences are not exact.
  const isSmall = Number(text) === 0 && size >= 0.01 * 10 ** -digits;
  return isSmall ? String(Number(size.toPrecision(1))) : text;
}

const unitOf = ({ metric }: Pick<Verdict, 'metric'>): string => (metric === 'accuracy' ? ' points' : '');

/** The same with its unit: "1.3 points". */
export const verdictDifference = (verdict: Pick<Verdict, 'metric'>, difference: number): string =>
  `${sizeOf(verdict, difference)}${unitOf(verdict)}`;

/** "+1.3", "−0.012": with its sign, none where it rounds to nothing, for where something else names the unit. */
export function signedSize(verdict: Pick<Verdict, 'metric'>, difference: number): string {
  const size = sizeOf(verdict, difference);
  return Number(size) === 0 ? size : `${difference > 0 ? '+' : '−'}${size}`;
}

/** "+1.3 points" of accuracy, "−0.012" of a loss. */
export const signedDifference = (verdict: Pick<Verdict, 'metric'>, difference: number): string =>
  `${signedSize(verdict, difference)}${unitOf(verdict)}`;

/** Whether the plan is better than, or as good as, every control that it was judged against. */
export const isWorthKeeping = ({ isOver, comparisons }: Verdict): boolean =>
  isOver &&
  comparisons.length > 0 &&
  comparisons.every(({ call, isAsGood }) => call === 'better' || isAsGood);

/**
 * Whether trainings were compared for it. Before the first of them, and where a plan has no control, there is no metric, no task
 * and no number to tell: only its sentence.
 */
export const isMeasured = ({ arms }: Pick<Verdict, 'arms'>): boolean =>
  arms.length > 1 && arms.some(({ results }) => results.length > 0);

/** Whether a run's verdict is not on the plan that it shows: after a judgement its scores may have been allocated anew. A lock changes nothing that is trained. */
export const isOnEarlierPlan = ({ plan, verdict }: Pick<RunState, 'plan' | 'verdict'>): boolean =>
  plan !== undefined && verdict !== undefined && !isSamePlan(plan.plan, verdict.plan, { locks: false });

/**
 * That a verdict is not on the plan that is shown with it. Undefined where it is on that plan, or where no other one is shown.
 * @param where the plan stands, seen from the verdict
 */
export const earlierPlanWords = (
  state: Pick<RunState, 'plan' | 'verdict'>,
  where: 'above' | 'below' | 'of its map',
): string | undefined =>
  isOnEarlierPlan(state)
    ? `This verdict is on an earlier plan of this run, not on the one ${where}.`
    : undefined;
