import { thinnedPoints } from '../../../src/shared/thinned';
import type { TrialEvaluation, TrialPoint, TrialState } from '../../../src/shared/trialState';
import { smoothed, spreadOf, type Line, type Spread } from './lines';
import type { Metric } from './metrics';
import type { Series } from './series';

/** What of a trial a chart draws. */
export type LineOf = (trial: TrialState) => Line;

/** More points than a chart has pixels would take time and show nothing. */
const mostOfTrial = 1000;
const known = new WeakMap<TrialState, readonly TrialPoint[]>();

/** The points of a trial that lines are made of; the same ones for as long as the trial is the same. */
export function pointsOf(trial: TrialState): readonly TrialPoint[] {
  const points = known.get(trial) ?? thinnedPoints(trial.points, mostOfTrial);
  known.set(trial, points);
  return points;
}

/** A number of each step that was told of. */
export const stepLine =
  (value: (point: TrialPoint) => number | undefined, weight = 0): LineOf =>
  (trial) =>
    smoothed(
      pointsOf(trial).flatMap((point) => {
        const y = value(point);
        return y === undefined ? [] : [{ x: point.step, y }];
      }),
      weight,
    );

/** A task's metric at each evaluation on the validation data. */
export const metricLine =
  (metric: Metric, task: string): LineOf =>
  ({ evaluations }) =>
    validationOf(evaluations).flatMap(({ step, metrics }) => {
      const y = metrics.find((one) => one.task === task)?.[metric];
      return y === undefined ? [] : [{ x: step, y }];
    });

/** The loss on the validation data, the mean over tasks. */
export const validationLoss: LineOf = ({ evaluations }) =>
  validationOf(evaluations).map(({ step, metrics }) => ({
    x: step,
    y: metrics.reduce((sum, { loss }) => sum + loss, 0) / Math.max(1, metrics.length),
  }));

/** A series's line, with what it spans where it is a mean. */
export function linesOf({ trials }: Series, of: LineOf): { line: Line; spread: Spread | undefined } {
  const lines = trials.map(of);
  const [first = []] = lines;
  if (trials.length === 1) return { line: first, spread: undefined };
  const spread = spreadOf(lines);
  // Until the second seed has begun there is no mean, and of a design's line the first seed is the best that there is.
  return spread.mean.length > 0 ? { line: spread.mean, spread } : { line: first, spread: undefined };
}

const validationOf = (evaluations: readonly TrialEvaluation[]): TrialEvaluation[] =>
  evaluations.filter(({ split }) => split === 'validation');
