/** Below this, a position counts as the whole number beside it: 0.29 · 100 is 28.999999999999996. */
const noise = 1e-9;

/**
 * The q-th quantile, between the two values beside it by linear interpolation, as numpy's default.
 *
 * @param sorted rising, at least one
 * @param q 0 to 1
 */
export function percentile(sorted: readonly number[], q: number): number {
  const exact = q * (sorted.length - 1);
  const nearest = Math.round(exact);
  const position = Math.abs(exact - nearest) < noise ? nearest : exact;
  const low = Math.floor(position);
  const below = sorted[low] ?? 0;
  return below + ((sorted[low + 1] ?? below) - below) * (position - low);
}
