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

/** An axis over numbers that need not begin at 0: round ends and a round step between them. */
export interface AxisRange {
  readonly low: number;
  readonly high: number;
  readonly step: number;
}

/** Steps between grid lines, about. */
const gridSteps = 4;

/**
 * The axis that all the values are on; around a value alone where there is one, from 0 to 1 where there is none.
 * @param finest steps between grid lines are one or several of it
 */
export function rangeOf(values: readonly number[], finest = 0): AxisRange {
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  if (!(low <= high)) return { low: 0, high: 1, step: Math.max(finest, 0.25) };
  // Values that are nearly the same are no mountains.
  const width = Math.max(high - low, Math.max(Math.abs(low), Math.abs(high)) * 0.02, 1e-9);
  const middle = (low + high) / 2;
  const usual = niceCeiling(width / gridSteps);
  const step = finest === 0 ? usual : finest * Math.ceil(usual / finest - 1e-9);
  const round = (value: number): number => Number((value * step).toPrecision(12));
  const from = Math.floor(Math.min(low, middle - width / 2) / step + 1e-9);
  const to = Math.ceil(Math.max(high, middle + width / 2) / step - 1e-9);
  // What cannot be negative does not get an axis that is.
  const floor = low >= 0 ? Math.max(0, from) : from;
  return { low: round(floor), high: round(Math.max(to, floor + 1)), step };
}
