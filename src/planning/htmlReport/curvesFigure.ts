import { formatCount, listWords } from '../../shared/format';
import type { RunState } from '../../shared/runState';
import type { TrialEvaluation, TrialPoint, TrialState } from '../../shared/trialState';
import { bottomAxis, leftAxis, panelTitle, type Box } from './axes';
import { element, type Markup } from './markup';
import { figureWidth, label, mark, picture, polyline, shapes } from './picture';
import { linear, spanOf } from './scale';
import { curvesOf, type Curves, type Series } from './series';
import { tickWords } from './tickWords';

const dashes = [undefined, '7 3', '2 2.5', '9 3 2 3', '4 4', '1.5 4'] as const;
const top = 34;
const bottom = 234;
/** Of fewer points the curve itself is smooth enough. */
const fewestSmoothed = 24;

/** Training loss and validation metric of trials over their steps; undefined where no trial has any. */
export function curvesFigure(state: RunState): Markup | undefined {
  const curves = curvesOf(state);
  if (curves.series.length === 0) return undefined;
  const metric = validationMetric(state);
  const middle = figureWidth / 2;
  const [losses, metrics]: [Box, Box] = [
    { left: 48, right: middle - 18, top, bottom },
    { left: middle + 46, right: figureWidth - 10, top, bottom },
  ];
  const steps = Math.max(...curves.series.map(({ trial }) => Math.max(trial.step, 1)));
  // Lines told apart lie over those that are not.
  const drawn = curves.series.toSorted((a, b) => (b.kind ?? 99) - (a.kind ?? 99));
  const legendTop = bottom + 56;
  return picture(
    {
      ...{ id: 'curves', height: legendTop + 8, title: 'Training curves' },
      description: `Training loss and ${metric === 'accuracy' ? 'validation accuracy' : 'validation loss'} over ${formatCount(steps)} steps of ${curves.series.length} trainings: ${listWords([...curves.legend, ...(curves.others === undefined ? [] : [curves.others])])}.`,
    },
    lossPanel(losses, drawn, steps),
    metricPanel(metrics, drawn, steps, metric),
    legendOf(curves, legendTop),
  );
}

/** What trials are compared by on validation data: the verdict's metric, else accuracy where every task has one. */
export function validationMetric({ verdict, trials }: RunState): 'accuracy' | 'loss' {
  if (verdict !== undefined) return verdict.metric;
  const measured = trials.flatMap(({ evaluations }) => evaluations.flatMap(({ metrics }) => metrics));
  return measured.length > 0 && measured.every(({ accuracy }) => accuracy !== undefined)
    ? 'accuracy'
    : 'loss';
}

/** Mean over tasks; undefined where one has none. */
export function evaluationValue(
  { metrics }: TrialEvaluation,
  metric: 'accuracy' | 'loss',
): number | undefined {
  const values = metrics.flatMap((one) => one[metric] ?? []);
  return values.length === 0 || values.length < metrics.length
    ? undefined
    : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function lossPanel(box: Box, drawn: readonly Series[], steps: number): Markup[] {
  const smooth = drawn.map(({ trial }) => smoothed(trial.points));
  const isNoisy = smooth.some((points, at) => points !== drawn[at]?.trial.points);
  const x = linear([0, steps], [box.left, box.right]);
  // Single steps that are far off must not flatten the rest.
  const y = linear(
    spanOf(
      smooth.flatMap((points) => points.map(({ loss }) => loss)),
      0.06,
    ),
    [box.bottom, box.top],
  );
  const inside = (points: readonly TrialPoint[]): [number, number][] =>
    points.map(({ step, loss }) => [x(step), Math.min(box.bottom, Math.max(box.top - 6, y(loss)))]);
  // Of many the steps would cover the curves.
  const raw = drawn.length > 8 ? [] : drawn;
  return [
    panelTitle(box, 14, 'a', 'Training loss, nats a target'),
    ...leftAxis(box, { scale: y, words: (value) => tickWords('loss', value, y.ticks) }),
    ...bottomAxis(box, { scale: x, title: 'step', words: formatCount }),
    ...(isNoisy
      ? raw.map(({ trial, kind }) => polyline(inside(trial.points), { class: `curve raw ${colorOf(kind)}` }))
      : []),
    ...drawn.map(({ kind }, at) => polyline(inside(smooth[at] ?? []), lineOf(kind))),
  ];
}

function metricPanel(
  box: Box,
  drawn: readonly Series[],
  steps: number,
  metric: 'accuracy' | 'loss',
): Markup[] {
  const measured = drawn.map(({ trial }) => validationOf(trial, metric));
  const x = linear([0, steps], [box.left, box.right]);
  const y = linear(
    spanOf(
      measured.flatMap((points) => points.map(({ value }) => value)),
      0.08,
    ),
    [box.bottom, box.top],
  );
  const words = (value: number): string => tickWords(metric, value, y.ticks);
  return [
    panelTitle(
      box,
      14,
      'b',
      metric === 'accuracy' ? 'Validation accuracy' : 'Validation loss, nats a target',
    ),
    ...leftAxis(box, { scale: y, words }),
    ...bottomAxis(box, { scale: x, title: 'step', words: formatCount }),
    ...drawn.flatMap(({ trial, kind }, at) => {
      const points = measured[at] ?? [];
      return [
        polyline(
          points.map(({ step, value }) => [x(step), y(value)]),
          lineOf(kind),
        ),
        ...(kind === undefined
          ? []
          : points.map(({ step, value }) =>
              mark(
                shapes[kind % shapes.length] ?? 'circle',
                x(step),
                y(value),
                3,
                `point f${kind}`,
                `${trial.name}, step ${step}: ${valueWords(metric, value)}`,
              ),
            )),
      ];
    }),
  ];
}

/** Validation results of a trial by step. */
export const validationOf = (
  { evaluations }: TrialState,
  metric: 'accuracy' | 'loss',
): { step: number; value: number; best: boolean }[] =>
  evaluations.flatMap((one) => {
    const value = one.split === 'validation' ? evaluationValue(one, metric) : undefined;
    return value === undefined ? [] : [{ step: one.step, value, best: one.best }];
  });

/** Means over a window of about a tenth of the points; the same points where they are few. */
function smoothed(points: readonly TrialPoint[]): readonly TrialPoint[] {
  if (points.length < fewestSmoothed) return points;
  const half = Math.max(1, Math.round(points.length / 20));
  return points.map((point, at) => {
    // At the beginning a loss falls so fast that a mean of one side would be far off; at the end it lies flat.
    const near = points.slice(at - Math.min(half, at), at + Math.min(half, at) + 1);
    return { ...point, loss: near.reduce((sum, { loss }) => sum + loss, 0) / near.length };
  });
}

/** A value as one reads it off: a tenth of a percent, or a thousandth of a nat. */
const valueWords = (metric: 'accuracy' | 'loss', value: number): string =>
  tickWords(metric, value, [0, 0.001]);

const colorOf = (kind: number | undefined): string => (kind === undefined ? 'other' : `c${kind}`);
const lineOf = (kind: number | undefined): Record<string, string | undefined> => ({
  class: `curve ${colorOf(kind)}`,
  'stroke-dasharray': kind === undefined ? undefined : dashes[kind % dashes.length],
});

function legendOf({ legend, others }: Curves, y: number): Markup[] {
  let x = 48;
  const entry = (words: string, kind: number | undefined): Markup[] => {
    const at = x;
    x += 46 + 6.4 * words.length;
    return [
      polyline(
        [
          [at, y - 4],
          [at + 26, y - 4],
        ],
        lineOf(kind),
      ),
      ...(kind === undefined
        ? []
        : [mark(shapes[kind % shapes.length] ?? 'circle', at + 13, y - 4, 3, `point f${kind}`)]),
      label(at + 32, y, words, { kind: 'note' }),
    ];
  };
  return [
    element(
      'g',
      {},
      legend.map((words, kind) => entry(words, kind)),
      others === undefined ? undefined : entry(others, undefined),
    ),
  ];
}

/** What of the curves' table each row is of: a trial at an evaluation. */
export function curveCells(state: RunState): string[][] {
  const metric = validationMetric(state);
  const { series } = curvesOf(state);
  const rows = series.flatMap(({ trial }) => {
    const measured = validationOf(trial, metric);
    const best = measured.findLast((one) => one.best);
    return measured.map((one) => ({ trial, step: one.step, value: one.value, best: one === best }));
  });
  // Of many the best and the last say what came of each.
  const told = rows.length <= 24 ? rows : bestAndLast(rows);
  return [
    ['training', 'step', 'training loss', `validation ${metric}`, 'best'],
    ...told.map(({ trial, step, value, best }) => [
      trial.name,
      String(step),
      trial.points.findLast((point) => point.step <= step)?.loss.toFixed(3) ?? '–',
      valueWords(metric, value),
      best ? 'yes' : '',
    ]),
  ];
}

function bestAndLast<Row extends { trial: TrialState; best: boolean }>(rows: readonly Row[]): Row[] {
  const trials = [...new Set(rows.map(({ trial }) => trial))];
  return trials.flatMap((trial) => {
    const of = rows.filter((row) => row.trial === trial);
    return [...new Set([of.findLast(({ best }) => best), of.at(-1)])].flatMap((row) => row ?? []);
  });
}
