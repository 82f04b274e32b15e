import { normalProbability } from '../normal';

/** A mixture over the candidates of all dimensions: how likely each point is. */
export type Parzen = (places: readonly (readonly number[])[]) => number[];

/** Candidates of one dimension on its scale, with half a step beyond each end. */
interface Axis {
  readonly places: readonly number[];
  readonly low: number;
  readonly high: number;
}

/**
 * Parzen estimator of Optuna's TPE on discrete ordered dimensions: a normal kernel around each observation and one, as wide
 * as the range, around the middle (the prior), each normalized over the candidates; a point's probability is the mean over
 * kernels of their product over dimensions. A kernel is as wide as the larger gap to its neighbors, at least the range
 * divided by min(100, 2 + observations). Beyond 25 observations the oldest ones weigh less.
 *
 * @param grid the candidates of each dimension, on its scale, in rising order
 * @param observed coordinates of the observations in the order of the trials
 */
export function parzen(
  grid: readonly (readonly number[])[],
  observed: readonly (readonly number[])[],
): Parzen {
  const weights = [...trialWeights(observed.length), 1];
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const masses = grid.map((places, d) => {
    const axis = axisOf(places);
    return kernelMasses(
      axis,
      observed.map((coordinates) => coordinates[d] ?? 0),
    );
  });
  return (points) =>
    points.map((point) => {
      const cells = grid.map((places, d) => places.indexOf(point[d] ?? NaN));
      const probability = weights.reduce((sum, weight, kernel) => {
        const product = cells.reduce((value, cell, d) => value * (masses[d]?.[kernel]?.[cell] ?? 0), 1);
        return sum + weight * product;
      }, 0);
      return probability / total;
    });
}

/** 1 for the newest 25, rising to it from 1/n before them. */
function trialWeights(count: number): number[] {
  const ramp = Math.max(0, count - 25);
  return Array.from({ length: count }, (_, index) =>
    index >= ramp ? 1 : ramp === 1 ? 1 / count : 1 / count + ((1 - 1 / count) * index) / (ramp - 1),
  );
}

function axisOf(places: readonly number[]): Axis {
  const first = places[0] ?? 0;
  const last = places.at(-1) ?? 0;
  if (places.length < 2) return { places, low: first - 0.5, high: first + 0.5 };
  return {
    places,
    low: first - ((places[1] ?? 0) - first) / 2,
    high: last + (last - (places.at(-2) ?? 0)) / 2,
  };
}

/** Probabilities (kernels, candidates); the last kernel is the prior. */
function kernelMasses({ places, low, high }: Axis, observed: readonly number[]): number[][] {
  const edges = [low, ...places.slice(1).map((place, i) => (place + (places[i] ?? 0)) / 2), high];
  const widths = kernelWidths(low, high, observed);
  return [...observed, (low + high) / 2].map((middle, kernel) => {
    const width = widths[kernel] ?? high - low;
    const below = edges.map((edge) => normalProbability((edge - middle) / width));
    const masses = places.map((_, cell) => (below[cell + 1] ?? 0) - (below[cell] ?? 0));
    const sum = masses.reduce((total, mass) => total + mass, 0);
    return masses.map((mass) => mass / sum);
  });
}

function kernelWidths(low: number, high: number, observed: readonly number[]): number[] {
  const count = observed.length;
  const sorted = [...observed.keys()].sort((a, b) => (observed[a] ?? 0) - (observed[b] ?? 0));
  const at = (rank: number): number => observed[sorted[rank] ?? -1] ?? 0;
  const least = (high - low) / Math.min(100, 2 + count);
  const widths = new Array<number>(count).fill(0);
  sorted.forEach((index, rank) => {
    // The ends of the range are no neighbors of the outermost observations, where there is another one.
    const before = rank > 0 ? at(rank) - at(rank - 1) : count > 1 ? 0 : at(rank) - low;
    const after = rank < count - 1 ? at(rank + 1) - at(rank) : count > 1 ? 0 : high - at(rank);
    widths[index] = Math.min(high - low, Math.max(least, before, after));
  });
  return widths;
}
