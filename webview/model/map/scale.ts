import type { Quantity } from './quantity';

/**
 * How far a value is along the scale, 0 to 1. Scores, parameter counts and norms spread over orders of magnitude,
 * where a straight scale shows one dark cell and nothing else: they go by the square root. The legend prints the numbers.
 */
export function fillOf(quantity: Quantity, value: number, max: number): number {
  if (!(max > 0) || !(value > 0)) return 0;
  const part = Math.min(1, value / max);
  return isRooted(quantity) ? Math.sqrt(part) : part;
}

/** The value at a point of the scale: the inverse of `fillOf`, for the legend. */
export const valueAt = (quantity: Quantity, fill: number, max: number): number =>
  max * (isRooted(quantity) ? fill * fill : fill);

const isRooted = (quantity: Quantity): boolean =>
  quantity === 'score' || quantity === 'parameters' || quantity === 'norm';
