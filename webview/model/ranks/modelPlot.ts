import type { OutlookPoint, SearchOutlook } from '../../../src/shared/searchOutlook';
import { dimensionTitle, dimensionValue } from '../../../src/shared/searchWords';
import { niceCeiling } from '../axis';
import { marksOf } from './marks';
import type { Plot, PlotBars, PlotStop } from './plot';
import { hintOf, titleOf, valueAxis, words, type SearchOfRun } from './pointWords';
import { isOnSlice, placeOf, type Slice } from './slice';

/** Room over the highest bar, as a factor. */
const barRoom = 1.15;
/** Beyond the outermost candidates, as a share of a step between two. */
const margin = 0.5;

/**
 * Trials and what the model expects between them, along a slice of the space; below it what a trial of each candidate would
 * gain. Trials beside the slice are there, faintly.
 */
export function modelPlot(
  outlook: SearchOutlook,
  run: SearchOfRun,
  slice: Slice,
  selected: number | undefined,
): Plot {
  const { axis } = slice;
  const points = outlook.points.filter(({ point }) => isOnSlice(slice, point));
  const placeIn = ({ point }: Pick<OutlookPoint, 'point'>): number => placeOf(axis, point[axis.name] ?? NaN);
  const curve = outlook.curves.find(({ dimension, at }) => dimension === axis.name && isOnSlice(slice, at));
  const places = (curve?.places ?? []).map((place) => ({ ...place, x: placeOf(axis, place.x) }));
  const stops = points.flatMap((one): PlotStop[] => {
    const y = heightOf(one, outlook);
    if (y === undefined || !one.keepsBudget) return [];
    const { point, trial } = one;
    return [
      { ...{ x: placeIn(one), y, point, trial }, title: titleOf(point), hint: hintOf(one, outlook, run) },
    ];
  });
  return {
    x: {
      title: dimensionTitle(axis.name),
      format: String,
      range: rangeOf(points.map(placeIn)),
      ticks: points.map((one) => ({
        at: placeIn(one),
        label: dimensionValue(axis.name, one.point[axis.name]),
      })),
    },
    y: valueAxis(outlook),
    lines:
      places.length === 0
        ? []
        : [{ points: places.map(({ x, mean }) => ({ x, y: mean })), isStepped: false }],
    band: places.map(({ x, mean, deviation }) => ({ x, low: mean - deviation, high: mean + deviation })),
    bars: barsOf(points, outlook, placeIn),
    shades: shadesOf(points, placeIn),
    marks: marksOf(outlook, run, selected, {
      x: ({ point }) => placeIn({ point }),
      y: (one) => heightOf(one, outlook),
      isFaint: ({ point }) => !isOnSlice(slice, point),
    }),
    stops,
    isFree: false,
  };
}

/** A trial's own value where it has one, else what is expected. */
export const heightOf = ({ trial, expected }: OutlookPoint, { trials }: SearchOutlook): number | undefined =>
  (trial === undefined ? undefined : trials[trial]?.objective) ?? expected?.mean;

function barsOf(
  points: readonly OutlookPoint[],
  { metric }: SearchOutlook,
  placeIn: (point: OutlookPoint) => number,
): PlotBars | undefined {
  const bars = points.flatMap((one) =>
    one.expected?.gain === undefined ? [] : [{ x: placeIn(one), y: one.expected.gain }],
  );
  if (bars.length === 0) return undefined;
  const top = 2 * niceCeiling((barRoom * Math.max(...bars.map(({ y }) => y))) / 2);
  return { title: 'Expected gain', format: words(metric).tick, top, points: bars };
}

/** Around each point that does not keep the budget, half-way to its neighbors. */
function shadesOf(
  points: readonly OutlookPoint[],
  placeIn: (point: OutlookPoint) => number,
): (readonly [number, number])[] {
  const [low, high] = rangeOf(points.map(placeIn)) ?? [0, 0];
  return points.flatMap((one, index) => {
    if (one.keepsBudget) return [];
    const [before, after] = [points[index - 1], points[index + 1]];
    const here = placeIn(one);
    const from = before === undefined ? low : (placeIn(before) + here) / 2;
    return [[from, after === undefined ? high : (placeIn(after) + here) / 2] as const];
  });
}

/** All candidates with half a step around them. */
function rangeOf(places: readonly number[]): readonly [number, number] | undefined {
  const [first, last] = [places[0], places.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const step = places.length > 1 ? (last - first) / (places.length - 1) : 1;
  return [first - margin * step, last + margin * step];
}
