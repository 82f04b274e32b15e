import { LabError } from './errors';

/** Integer bounds of every share; no upper bound where `max` is absent. */
export interface ShareBounds {
  readonly min?: number;
  readonly max?: number;
}

/**
 * Below this, remainders count as equal. Rounding noise must not decide who gets the last unit: scores scaled by any
 * factor, or summed in another order, would otherwise give another plan.
 */
const tie = 1e-9;

/**
 * Shares out `total` units in proportion to weights, in whole numbers: quotas `total * w_i / sum(w)`, those beyond a bound
 * fixed there and the rest shared again, then floors and the largest remainders, ties to the lower index.
 *
 * The shares sum to `total`, or to `max` times their number where that is less. When all weights are 0, all count alike.
 * A single share need not grow with `total`: that is in the nature of largest remainders.
 *
 * @param total non-negative integer
 * @param weights finite and non-negative
 * @returns one integer a weight
 * @throws LabError `budget-too-small` where `min` for each is more than `total`, `scores-invalid` for other weights
 * @see LoRA-SMoE's allocation (arXiv 2505.06272) has no integer budget; this is our extension of it
 */
export function shareOut(total: number, weights: readonly number[], bounds: ShareBounds = {}): number[] {
  const { min = 0, max = Infinity } = bounds;
  const bad = weights.findIndex((weight) => !Number.isFinite(weight) || weight < 0);
  if (bad >= 0) {
    throw new LabError(
      'scores-invalid',
      `Score ${bad + 1} of ${weights.length} is ${weights[bad]}; scores must be finite and not negative.`,
      'Score the layers again.',
    );
  }
  if (total < min * weights.length) {
    throw new LabError(
      'budget-too-small',
      `${total} cannot be shared by ${weights.length} modules that need at least ${min} each.`,
      'Raise the budget or name fewer targets.',
    );
  }
  const units = weights.length === 0 ? 0 : Math.min(total, max * weights.length);
  return roundToTotal(sharesWithin(units, weights, min, max), units);
}

/** What each gets at least when this total, or any larger one, is shared out: the whole part of its quota. */
export function sureShares(total: number, weights: readonly number[], bounds: ShareBounds = {}): number[] {
  const { min = 0, max = Infinity } = bounds;
  const units = weights.length === 0 ? 0 : Math.min(total, max * weights.length);
  return sharesWithin(units, weights, min, max).map((share) => Math.floor(share + tie));
}

/**
 * Real-numbered shares within the bounds that sum to `total`: `clamp(c * w_i)` for the one c that makes them.
 * A share may pass a bound by rounding, up to 1e-9.
 *
 * @param total from `min` to `max` times the number of weights
 * @param weights finite and non-negative
 */
export function sharesWithin(total: number, weights: readonly number[], min: number, max: number): number[] {
  const fixed = new Map<number, number>();
  for (;;) {
    const free = weights.map((_, index) => index).filter((index) => !fixed.has(index));
    const left = total - sum(fixed.values());
    const weightLeft = sum(free.map((index) => weights[index] ?? 0));
    const share = (index: number): number =>
      weightLeft > 0 ? (left * (weights[index] ?? 0)) / weightLeft : left / free.length;
    const low = free.filter((index) => share(index) < min - tie);
    const high = free.filter((index) => share(index) > max + tie);
    if (low.length === 0 && high.length === 0) {
      return weights.map((_, index) => fixed.get(index) ?? share(index));
    }
    // Only the side that misses more is surely right to fix; fixing the other may prove unnecessary afterwards.
    const missing = sum(low.map((index) => min - share(index)));
    const beyond = sum(high.map((index) => share(index) - max));
    if (missing >= beyond) low.forEach((index) => fixed.set(index, min));
    if (beyond >= missing) high.forEach((index) => fixed.set(index, max));
  }
}

function roundToTotal(shares: readonly number[], total: number): number[] {
  const floors = shares.map((share) => Math.floor(share + tie));
  const remainder = (index: number): number =>
    Math.round(((shares[index] ?? 0) - (floors[index] ?? 0)) / tie);
  const order = shares.map((_, index) => index).sort((a, b) => remainder(b) - remainder(a) || a - b);
  const extra = new Set(order.slice(0, total - sum(floors)));
  return floors.map((floor, index) => floor + (extra.has(index) ? 1 : 0));
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
