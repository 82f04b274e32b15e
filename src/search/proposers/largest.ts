/** The first item of the largest merit; rounding is no difference. */
export function largest<T>(items: readonly T[], merit: (item: T, index: number) => number): T | undefined {
  let best: { item: T; merit: number } | undefined;
  for (const [index, item] of items.entries()) {
    const value = merit(item, index);
    if (best === undefined || value > best.merit + 1e-12 * Math.abs(best.merit))
      best = { item, merit: value };
  }
  return best?.item;
}
