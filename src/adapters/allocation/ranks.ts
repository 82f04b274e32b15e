import { shareOut } from '../../shared/shareOut';

export interface RankBounds {
  readonly min: number;
  /** Rounded down. */
  readonly max: number;
}

/**
 * Ranks in proportion to weights with a fixed sum: largest remainders within the bounds. Inspired by the reallocation of
 * dynamic LoRA (arXiv 2501.14859), whose rule is not published.
 *
 * A larger weight never gets the lower rank. Where remainders are equal the larger weight gets the last rank, then the name
 * that comes first, so that the order of the units decides nothing.
 *
 * @param total sum of the ranks; where it is more than all at `max`, all get `max`
 * @param weights of layers or modules by name, finite and not negative
 * @returns rank by name, in the order given
 * @throws LabError `budget-too-small` where `min` for each is more than `total`, `scores-invalid` for other weights
 */
export function allocateRanks(
  total: number,
  weights: Readonly<Record<string, number>>,
  { min, max }: RankBounds,
): Record<string, number> {
  const falling = Object.entries(weights).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const ranks = shareOut(
    total,
    falling.map(([, weight]) => weight),
    { min, max: Math.floor(max) },
  );
  const byName = new Map(falling.map(([name], index) => [name, ranks[index] ?? min]));
  return Object.fromEntries(Object.keys(weights).map((name) => [name, byName.get(name) ?? min]));
}
