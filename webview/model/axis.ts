const steps = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** The next round number, a step times a power of ten, that is at least `value`. */
export function niceCeiling(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = steps.find((candidate) => candidate * power >= value * (1 - 1e-9)) ?? 10;
  // Three digits: 3 × 0.1 would print as 0.30000000000000004.
  return Number((step * power).toPrecision(3));
}

/**
 * The top of an axis over live numbers. Running means wander, and an axis that follows each of them makes every bar
 * jump; so the top stays until the numbers outgrow it or fill less than 40 % of it.
 */
export function axisTop(previous: number | undefined, highest: number): number {
  const fits = previous !== undefined && highest <= previous && highest > previous * 0.4;
  return fits ? previous : niceCeiling(highest);
}
