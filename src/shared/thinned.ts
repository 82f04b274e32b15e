import type { TrialPoint } from './trialState';

/**
 * The points of a curve, at most so many of them: where there are more, neighbors are put together, so that the curve keeps its
 * shape and its mean, and its points lie evenly over the steps however often it was thinned. The first and the last stay as
 * they are.
 *
 * @param points of ascending steps
 * @param most three at least
 * @returns the same array where there are no more
 */
export function thinnedPoints<Points extends readonly TrialPoint[]>(
  points: Points,
  most: number,
): Points | TrialPoint[] {
  const few = Math.max(most, 3);
  return points.length <= few ? points : widened(points, few, grouped);
}

/**
 * Some of the items in their order, at most so many and spread evenly over their steps; the last is among them. The same array
 * where there are no more.
 *
 * @param items of ascending steps
 */
export function everyFew<T extends { readonly step: number }>(items: T[], most: number): T[] {
  const few = Math.max(most, 1);
  return items.length <= few ? items : widened(items, few, lastOfEach);
}

/** What is left at the smallest gap at which it is few enough. Gaps are powers of two, so that those of one time fit into those of the next. */
function widened<T extends { readonly step: number }>(
  items: readonly T[],
  most: number,
  thin: (items: readonly T[], gap: number) => T[],
): T[] {
  const span = (items.at(-1)?.step ?? 0) - (items[0]?.step ?? 0);
  for (let gap = 2 ** Math.floor(Math.log2(Math.max(1, span / most))); ; gap *= 2) {
    const kept = thin(items, gap);
    if (kept.length <= most || gap > span) return kept;
  }
}

/** The last of each stretch of so many steps. */
const lastOfEach = <T extends { readonly step: number }>(items: readonly T[], gap: number): T[] =>
  items.filter(({ step }, index) => {
    const next = items[index + 1];
    return next === undefined || Math.floor(step / gap) !== Math.floor(next.step / gap);
  });

/** The points between the first and the last, put together as far as they span no more than the gap. */
function grouped(points: readonly TrialPoint[], gap: number): TrialPoint[] {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return [];
  const kept = [first];
  let before = first.step;
  let group: TrialPoint | undefined;
  for (const point of points.slice(1, -1)) {
    if (group !== undefined && point.step - before > gap) {
      kept.push(group);
      before = group.step;
      group = undefined;
    }
    group = group === undefined ? point : together(group, point, before);
  }
  return [...kept, ...(group === undefined ? [] : [group]), last];
}

/** Each point is a mean over the steps since the one before. */
function together(one: TrialPoint, other: TrialPoint, before: number): TrialPoint {
  const weight = Math.max(1, one.step - before);
  const share = weight / (weight + Math.max(1, other.step - one.step));
  const mean = (a: number, b: number): number => share * a + (1 - share) * b;
  return {
    step: other.step,
    loss: mean(one.loss, other.loss),
    learningRate: other.learningRate,
    tokensPerSecond: mean(one.tokensPerSecond, other.tokensPerSecond),
    ...(other.memory && { memory: other.memory }),
  };
}
