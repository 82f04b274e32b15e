import { keepTop } from '../rankLayers';
import { knapsack } from './knapsack';

/**
 * Which layers stay on (FLoE's mask search): with the Fisher matrix's diagonal the loss rises by ½ Σ f_l over those that are
 * masked, so the kept ones have the largest sum of scores that the limits allow. Where all cost the same, these are the top K,
 * ties to the lower index; else it is a 0/1 knapsack.
 *
 * @param scores shares of all layers' score
 * @param weights what each takes of each limit
 * @param room of each limit, infinite for none
 * @returns indices, rising
 */
export function searchMask(
  scores: readonly number[],
  weights: readonly (readonly number[])[],
  room: readonly number[],
): number[] {
  const [first] = weights;
  if (first === undefined) return [];
  const same = weights.every((own) => own.every((weight, which) => weight === first[which]));
  if (same) {
    const counts = room.map((limit, which) => (first[which] ? limit / first[which] : Infinity));
    return keepTop(scores, Math.floor(Math.min(scores.length, ...counts)));
  }
  const items = scores.map((score, index) => ({ value: unitsOf(score), weights: weights[index] ?? [] }));
  return knapsack(items, room);
}

/** Rounded, so that noise decides nothing; at least 1, so that a layer that costs nothing of what is short stays. */
const unitsOf = (share: number): number => 1 + Math.round(share * 1e12);
