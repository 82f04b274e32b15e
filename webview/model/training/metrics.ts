import { formatShare } from '../../../src/shared/format';
import type { TaskMetrics } from '../../../src/shared/runEvents';
import type { TrialState } from '../../../src/shared/trialState';

/** What a task's validation data may be judged by, the most telling first. */
export const metrics = [
  'accuracy',
  'macroF1',
  'matthews',
  'perplexity',
  'exactMatch',
  'loss',
] as const satisfies readonly (keyof TaskMetrics)[];
export type Metric = (typeof metrics)[number];

export const metricTitles: Readonly<Record<Metric, string>> = {
  accuracy: 'Accuracy',
  macroF1: 'Macro F1',
  matthews: 'Matthews correlation',
  perplexity: 'Perplexity',
  exactMatch: 'Exact match',
  loss: 'Validation loss',
};

/** Shares of the samples, which are told in percent. */
export const isShare = (metric: Metric): boolean => metric === 'accuracy' || metric === 'exactMatch';

/** A metric's value for people. */
export const metricText = (metric: Metric, value: number): string =>
  isShare(metric) ? formatShare(value) : value.toFixed(3);

/** The metrics that any trial has been judged by. */
export function metricsIn(trials: readonly TrialState[]): Metric[] {
  const all = trials.flatMap(({ evaluations }) => evaluations.flatMap((one) => one.metrics));
  return metrics.filter((metric) => all.some((one) => one[metric] !== undefined));
}

/** The reader's metric where there is one, else the most telling. */
export const shownMetric = (chosen: Metric | undefined, present: readonly Metric[]): Metric =>
  present.find((metric) => metric === chosen) ?? present[0] ?? 'loss';
