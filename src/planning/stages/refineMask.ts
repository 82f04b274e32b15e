/** Below this share of the cost, a swap gains nothing but rounding. */
const noise = 1e-12;

/**
 * FLoE's refinement of a mask with the whole Fisher matrix (the rearrangement of arXiv 2204.09656, whose scheme FLoE has):
 * the number of masked layers stays; each other layer in turn joins them, and the one leaves whose leaving costs least. The
 * cost, Σ_n (Σ_{l masked} g_n[l])² = n (1 - m)ᵀ F (1 - m), never rises.
 *
 * @param gates [sample][layer]
 * @param masked layers to start from
 * @param classOf layers take each other's places only within a class, undefined: never; so that a swap costs nothing
 * @returns the masked layers, rising
 */
export function refineMask(
  gates: readonly (readonly number[])[],
  masked: readonly number[],
  classOf: (layer: number) => string | undefined,
): number[] {
  const set = new Set(masked);
  const layers = gates[0]?.length ?? 0;
  for (let layer = 0; layer < layers; layer++) {
    const kind = classOf(layer);
    if (set.has(layer) || kind === undefined) continue;
    const rivals = [...set].filter((one) => classOf(one) === kind).sort((a, b) => a - b);
    const sums = gates.map((row) => sumOf(row, set) + (row[layer] ?? 0));
    const without = (one: number): number =>
      sums.reduce((sum, value, sample) => sum + (value - (gates[sample]?.[one] ?? 0)) ** 2, 0);
    const stays = without(layer);
    let least = { rival: layer, cost: stays * (1 - noise) };
    for (const rival of rivals) {
      const cost = without(rival);
      if (cost < least.cost) least = { rival, cost };
    }
    if (least.rival === layer) continue;
    set.delete(least.rival);
    set.add(layer);
  }
  return [...set].sort((a, b) => a - b);
}

const sumOf = (row: readonly number[], layers: ReadonlySet<number>): number => {
  let sum = 0;
  for (const layer of layers) sum += row[layer] ?? 0;
  return sum;
};
