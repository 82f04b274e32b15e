import type { OutlookCurve } from '../shared/searchOutlook';
import { candidatesOf, coordinate, pointKey, type Candidate, type Dimension, type Space } from './space';
import type { Surrogate } from './surrogate';

/** All curves of a space together have about so many places: enough for smooth lines, few enough to be sent. */
const mostPlaces = 3000;
const mostSteps = 8;

/**
 * The model along every line of a space on which one dimension changes, from the first candidate that keeps the budget to the
 * last, with places between neighbors.
 */
export function curvesOf(space: Space, model: Surrogate): OutlookCurve[] {
  const candidates = candidatesOf(space);
  const { dimensions } = space;
  const steps = Math.max(
    1,
    Math.min(mostSteps, Math.floor(mostPlaces / (candidates.length * dimensions.length))),
  );
  return dimensions.flatMap((dimension, at) => {
    const others = dimensions.filter((one) => one !== dimension);
    const lines = new Set(candidates.map(({ point }) => pointKey(others, point)));
    return [...lines].map((key) => {
      const line = candidates.filter(({ point }) => pointKey(others, point) === key);
      return curveOf(dimension, at, line, steps, model);
    });
  });
}

function curveOf(
  dimension: Dimension,
  at: number,
  line: readonly Candidate[],
  steps: number,
  model: Surrogate,
): OutlookCurve {
  const [first] = line;
  const others = Object.entries(first?.point ?? {}).filter(([name]) => name !== dimension.name);
  const values = line.map(({ point }) => point[dimension.name] ?? NaN);
  const places = values.flatMap((value, index) => {
    const next = values[index + 1];
    return next === undefined ? [value] : between(dimension, value, next, steps);
  });
  return {
    ...{ dimension: dimension.name, at: Object.fromEntries(others) },
    places: places.map((x) => {
      const coordinates = (first?.coordinates ?? []).with(at, coordinate(dimension, x));
      return { x, ...model.predict(coordinates) };
    }),
  };
}

/** `low` and what lies between it and `high`, evenly on the dimension's scale. */
const between = ({ scale }: Dimension, low: number, high: number, steps: number): number[] =>
  Array.from({ length: steps }, (_, step) => {
    const share = step / steps;
    return scale === 'log2' ? low * (high / low) ** share : low + (high - low) * share;
  });
