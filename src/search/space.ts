import * as z from 'zod';
import { LabError } from '../shared/errors';

/**
 * What a search chooses from: one to several named dimensions, each an ordered list of numbers. Everything is enumerated,
 * because ranks, experts and shares of layers come in a few sizes that trainers can use.
 */
const dimensionSchema = z.object({
  /** `rank`, `experts`, `layers`, … */
  name: z.string().min(1),
  /** Ranks and experts matter by doublings (`log2`), shares by difference (`linear`). */
  scale: z.enum(['log2', 'linear']),
  /** Strictly increasing. */
  candidates: z.array(z.number().nonnegative()).min(1),
});
export type Dimension = z.infer<typeof dimensionSchema>;

export const spaceSchema = z.object({
  dimensions: z.array(dimensionSchema).min(1),
  /** Trainable parameters of each point, in the order of `enumerate`: a study can be read without the model. */
  costs: z.array(z.number().nonnegative()),
  /** Points that cost more are left out. */
  costLimit: z.number().nonnegative().optional(),
});
export type Space = z.infer<typeof spaceSchema>;

/** What a point costs that no plan fits. */
export const unaffordable = Number.MAX_SAFE_INTEGER;

/** One number for each dimension, by its name. */
export const pointSchema = z.record(z.string(), z.number());
export type Point = Readonly<z.infer<typeof pointSchema>>;

/** A point that keeps the constraint, with what the search needs of it. */
export interface Candidate {
  readonly point: Point;
  readonly key: string;
  /** One number a dimension: doublings, or the share of the way from the first candidate to the last. */
  readonly coordinates: readonly number[];
  /** Trainable parameters. */
  readonly cost: number;
}

/**
 * @param cost trainable parameters of a point
 * @throws LabError `option-invalid` naming the dimension whose candidates are not strictly increasing, or not above 0 on a
 *   log2 scale; `budget-too-small` where every point costs more than the limit
 */
export function makeSpace(
  dimensions: readonly Dimension[],
  cost: (point: Point) => number,
  costLimit?: number,
): Space {
  dimensions.forEach((dimension, index) => checkDimension(dimension, dimensions.slice(0, index)));
  const costs = enumerate(dimensions).map(cost);
  const least = Math.min(...costs);
  if (costLimit !== undefined && least > costLimit) {
    throw new LabError(
      'budget-too-small',
      `The smallest candidate of the search takes ${least.toLocaleString('en-US')} parameters; the budget allows ${costLimit.toLocaleString('en-US')}.`,
      'Raise the budget, or search among smaller candidates.',
    );
  }
  return { dimensions: [...dimensions], costs, ...(costLimit === undefined ? {} : { costLimit }) };
}

/** The points that keep the constraint, the first dimension changing slowest. */
export function candidatesOf({ dimensions, costs, costLimit = Infinity }: Space): Candidate[] {
  return enumerate(dimensions).flatMap((point, index) => {
    const cost = costs[index] ?? NaN;
    if (!(cost <= costLimit)) return [];
    const coordinates = dimensions.map((dimension) => coordinate(dimension, point[dimension.name] ?? NaN));
    return [{ point, key: pointKey(dimensions, point), coordinates, cost }];
  });
}

/** `rank=8 layers=0.25`: the same for the same numbers, whatever the order of the point's fields. */
export const pointKey = (dimensions: readonly Dimension[], point: Point): string =>
  dimensions.map(({ name }) => `${name}=${point[name]}`).join(' ');

/** How far a dimension's coordinates reach, from its first candidate to its last. */
export const rangesOf = ({ dimensions }: Space): number[] =>
  dimensions.map((dimension) => {
    const { candidates } = dimension;
    return coordinate(dimension, candidates.at(-1) ?? 1) - coordinate(dimension, candidates[0] ?? 1);
  });

/** A candidate's place on its dimension's scale. */
export function coordinate({ scale, candidates }: Dimension, value: number): number {
  if (scale === 'log2') return Math.log2(value);
  const first = candidates[0] ?? 0;
  const range = (candidates.at(-1) ?? 0) - first;
  return range === 0 ? 0 : (value - first) / range;
}

function enumerate(dimensions: readonly Dimension[]): Point[] {
  return dimensions.reduce<Point[]>(
    (points, { name, candidates }) =>
      points.flatMap((point) => candidates.map((value) => ({ ...point, [name]: value }))),
    [{}],
  );
}

function checkDimension({ name, scale, candidates }: Dimension, before: readonly Dimension[]): void {
  const problem = before.some((other) => other.name === name)
    ? 'stands twice'
    : candidates.length === 0
      ? 'has no candidates'
      : candidates.some((value, index) => !(value > (candidates[index - 1] ?? -Infinity)))
        ? 'has candidates that do not rise'
        : scale === 'log2' && !((candidates[0] ?? 0) > 0)
          ? 'has a candidate that is not above 0'
          : undefined;
  if (problem === undefined) return;
  throw new LabError(
    'option-invalid',
    `The dimension "${name}" of the search ${problem}.`,
    'List its candidates from small to large, each once.',
  );
}
