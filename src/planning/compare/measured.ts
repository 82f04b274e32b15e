import { meanAndError } from '../../shared/meanAndError';
import { studentQuantile } from '../../judging/studentT';
import type { TrialEvaluation, TrialState } from '../../shared/trialState';

/** What a run's trainings came to, one value a seed. */
export interface Measured {
  readonly metric: 'accuracy' | 'loss';
  readonly split: 'validation' | 'test';
  /** Names of the tasks that the values are means over, with their samples: only the very same can be compared. */
  readonly of: string;
  readonly values: readonly number[];
}

/**
 * What the trainings of a run measured: on test data where all have it, else on validation data of the adapter that was kept;
 * accuracy where all tasks have one, else the loss. Undefined where nothing was trained to an evaluation.
 */
export function measuredOf(trials: readonly TrialState[]): Measured | undefined {
  for (const split of ['test', 'validation'] as const) {
    const found = trials.flatMap(({ evaluations }) => lastOf(evaluations, split) ?? []);
    const [first] = found;
    if (!first || found.length < trials.length) continue;
    const hasAccuracy = found.every(({ metrics }) => metrics.every(({ accuracy }) => accuracy !== undefined));
    const of = first.metrics.map(({ task, samples }) => `${task} ${samples}`).join(', ');
    const values = found.map(({ metrics }) =>
      mean(metrics.map(({ accuracy, loss }) => (hasAccuracy ? (accuracy ?? 0) : loss))),
    );
    return { metric: hasAccuracy ? 'accuracy' : 'loss', split, of, values };
  }
  return undefined;
}

function lastOf(
  evaluations: readonly TrialEvaluation[],
  split: Measured['split'],
): TrialEvaluation | undefined {
  const mine = evaluations.filter((one) => one.split === split && one.metrics.length > 0);
  return split === 'test' ? mine.at(-1) : (mine.filter(({ best }) => best).at(-1) ?? mine.at(-1));
}

const mean = (values: readonly number[]): number => meanAndError(values).mean;

/**
 * Which of two is better and by how much, honestly: a mean over seeds with the interval of the difference (Welch), and no verdict
 * where there is nothing to tell noise by, or where what was measured is not the same.
 *
 * @returns undefined where neither side measured anything
 */
export function verdictWords(left: Measured | undefined, right: Measured | undefined): string | undefined {
  if (!left && !right) return undefined;
  if (!left || !right)
    return `No verdict: only the ${left ? 'left' : 'right'} one was trained and evaluated.`;
  if (left.metric !== right.metric || left.split !== right.split || left.of !== right.of)
    return 'No verdict: they were not evaluated on the same data.';
  const isShare = left.metric === 'accuracy';
  const text = (value: number): string => (isShare ? `${(100 * value).toFixed(1)} %` : value.toFixed(3));
  const where = `${left.metric} on ${left.split} data`;
  const values = `${text(mean(left.values))} left, ${text(mean(right.values))} right`;
  const fewest = Math.min(left.values.length, right.values.length);
  if (fewest < 2) {
    const seeds =
      left.values.length === 1 && right.values.length === 1 ? 'one seed each' : 'one has one seed only';
    return `No verdict: ${seeds} (${where}: ${values}).`;
  }
  const { difference, half } = welch(left.values, right.values);
  const points = (value: number): string =>
    isShare ? `${(100 * Math.abs(value)).toFixed(1)} points` : Math.abs(value).toFixed(3);
  const seeds = `${left.values.length} and ${right.values.length} seeds, 95 % interval ± ${points(half)}`;
  if (difference === 0 || Math.abs(difference) <= half)
    return `No difference that the seeds tell from noise: ${where} ${values} (${seeds}).`;
  const isRight = isShare ? difference > 0 : difference < 0;
  return `The ${isRight ? 'right' : 'left'} one is better by ${points(difference)} of ${where}: ${values} (${seeds}).`;
}

/** Right less left, and half the width of its interval of 95 % (Welch's t). */
export function welch(
  left: readonly number[],
  right: readonly number[],
): { readonly difference: number; readonly half: number } {
  const [of, to] = [meanAndError(left), meanAndError(right)];
  const [a, b] = [of.standardError ** 2, to.standardError ** 2];
  const difference = to.mean - of.mean;
  if (a + b === 0) return { difference, half: 0 };
  const degrees = (a + b) ** 2 / (a ** 2 / (left.length - 1) + b ** 2 / (right.length - 1));
  return { difference, half: studentQuantile(0.975, degrees) * Math.sqrt(a + b) };
}
