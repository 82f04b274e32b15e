import type { Arm, Comparison, Verdict } from '../shared/verdict';
import { findingOf, signedDifference, signedSize } from '../shared/verdictWords';
import { meanAndError } from '../shared/meanAndError';

/** What an arm came to: mean over its seeds and the standard error of it, in the metric's unit; undefined before the first. */
export function armValue({ results }: Pick<Arm, 'results'>): { mean: number; error: number } | undefined {
  if (results.length === 0) return undefined;
  const { mean, standardError: error } = meanAndError(results.map(({ value }) => value));
  return { mean, error };
}

/** "+0.4 to +2.2 points": both ends with their signs, the unit once. */
export function intervalWords(verdict: Pick<Verdict, 'metric'>, [low, high]: Comparison['interval']): string {
  return `${signedSize(verdict, low)} to ${signedDifference(verdict, high)}`;
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
