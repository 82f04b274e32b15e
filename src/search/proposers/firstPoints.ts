import { seededShuffle } from '../../shared/shuffle';
import { coordinate, rangesOf, type Candidate } from '../space';
import type { Study } from '../study';
import { largest } from './largest';

/** How many trials come before the model is asked: both ends and the middle, and one more for each further dimension. */
export const firstPointCount = (dimensions: number): number => dimensions + 2;

/**
 * Candidates that fill the space: the lowest corner, the highest, the middle, then each time the one that is farthest from
 * those before it. Where the constraint cuts a corner off, the nearest candidate stands for it. The seed decides between
 * equals only (8 and 16 are both the middle of 2 to 64), so that no seed can leave an end out.
 */
export function firstPoints({ candidates, settings }: Study, count: number): Candidate[] {
  const ranges = rangesOf(settings.space);
  const lows = settings.space.dimensions.map((one) => coordinate(one, one.candidates[0] ?? 1));
  const distance = (a: readonly number[], b: readonly number[]): number =>
    ranges.reduce((sum, range, d) => sum + (((a[d] ?? 0) - (b[d] ?? 0)) / (range || 1)) ** 2, 0);
  const targets = [0, 1, 0.5].map((share) => lows.map((low, d) => low + share * (ranges[d] ?? 0)));
  const order = seededShuffle(candidates, settings.seed);
  const chosen: Candidate[] = [];
  while (chosen.length < Math.min(count, candidates.length)) {
    const target = targets[chosen.length];
    const merit = ({ coordinates }: Candidate): number =>
      target === undefined
        ? Math.min(...chosen.map((one) => distance(one.coordinates, coordinates)))
        : -distance(target, coordinates);
    const rest = order.filter((candidate) => !chosen.includes(candidate));
    const next = largest(rest, merit);
    if (next !== undefined) chosen.push(next);
  }
  return chosen;
}
