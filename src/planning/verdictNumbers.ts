import type { Arm, Comparison, Verdict } from '../shared/verdict';
import { findingOf, verdictDifference } from '../shared/verdictWords';
import { meanAndError } from '../shared/meanAndError';

/** What an arm came to: mean over its seeds and the standard error of it, in the metric's unit; undefined before the first. */
export function armValue({ results }: Pick<Arm, 'results'>): { mean: number; error: number } | undefined {
  if (results.length === 0) return undefined;
  const { mean, standardError: error } = meanAndError(results.map(({ value }) => value));
  return { mean, error };
}

/**
 * Whether trainings were compared for it. Before the first of them, and where a plan has no control, there is no metric, no task
 * and no number to tell: only its sentence.
 */
export const isMeasured = ({ arms }: Pick<Verdict, 'arms'>): boolean =>
  arms.length > 1 && arms.some(({ results }) => results.length > 0);

/** "+1.3 points" of accuracy, "−0.012" of a loss: a difference with its sign, none where it rounds to nothing. */
export function signedDifference(verdict: Pick<Verdict, 'metric'>, difference: number): string {
  const size = verdictDifference(verdict, difference);
  if (Number.parseFloat(size) === 0) return size;
  return `${difference > 0 ? '+' : '−'}${size}`;
}

/** "+0.4 to +2.2 points": both ends with their signs, the unit once. */
export function intervalWords(verdict: Pick<Verdict, 'metric'>, [low, high]: Comparison['interval']): string {
  return `${signedDifference(verdict, low).replace(' points', '')} to ${signedDifference(verdict, high)}`;
}

/** "95 %": in so many of the cases the interval holds the difference, over all looks. */
export const confidenceWords = ({ level }: Pick<Verdict, 'level'>): string =>
  `${Number((100 * (1 - level)).toFixed(1))} %`;

/** "0.012", or "< 0.001". */
export const pWords = (p: number): string => (p < 0.001 ? '< 0.001' : p.toFixed(3));

/** What can be said of a plan against a control: "better", "worse", "as good", "at least as good", "no difference found". */
export function callWords(comparison: Comparison): string {
  const finding = findingOf(comparison);
  return finding === 'no difference' ? `${finding} found` : finding;
}

/** Time of a step, plan over control: the mean over seeds, as the verdict's sentences have it; undefined where it was not measured. */
export const timeRatio = ({ timeRatios }: Pick<Comparison, 'timeRatios'>): number | undefined =>
  timeRatios.length === 0 ? undefined : meanAndError(timeRatios).mean;

/** The tasks of a verdict with their examples: "spam (240 examples), news (200 examples)". */
export const taskWords = ({ tasks }: Pick<Verdict, 'tasks'>): string =>
  tasks.map(({ name, examples }) => `${name} (${examples} example${examples === 1 ? '' : 's'})`).join(', ');
