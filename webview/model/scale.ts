import type { Quantity } from './quantity';

/**
 * The strongest mix of the hue into the background, in percent. Beyond it the printed number would lose its contrast
 * (4.5 to 1) in the dark themes; the preview script measures this.
 */
export const strongestMix = 45;

/**
 * How far a value is along the scale, 0 to 1. Scores and parameter counts spread over orders of magnitude, where a
 * straight scale shows one dark cell and nothing else: they go by the square root. The legend prints the numbers.
 */
export function fillOf(quantity: Quantity, value: number, max: number): number {
  if (!(max > 0) || !(value > 0)) return 0;
  const part = Math.min(1, value / max);
  return isRooted(quantity) ? Math.sqrt(part) : part;
}

/** The value at a point of the scale: the inverse of `fillOf`, for the legend. */
export const valueAt = (quantity: Quantity, fill: number, max: number): number =>
  max * (isRooted(quantity) ? fill * fill : fill);

/** The fill as the percentage that the style sheet's `color-mix` takes. */
export const mixPercent = (fill: number): string => `${(fill * strongestMix).toFixed(1)}%`;

const isRooted = (quantity: Quantity): boolean => quantity === 'score' || quantity === 'parameters';
