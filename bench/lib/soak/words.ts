import { median } from '../../results';
import { robustSlope } from './robustSlope';

/**
 * How something grows, in figures of a result.
 *
 * @param points in the order of x
 * @param warmUp share of them at the beginning that does not count
 * @param unit of x that the slope is by
 * @returns the slope with its interval, the median over the first and the last fifth of what counts, and the largest of all
 */
export function growth(
  points: readonly { readonly x: number; readonly y: number }[],
  name: string,
  warmUp: number,
  unit: number,
): Readonly<Record<string, object>> {
  const counted = points.slice(Math.floor(warmUp * points.length));
  const { slope, low, high } = robustSlope(counted);
  const fifth = Math.max(1, Math.floor(counted.length / 5));
  const level = (some: typeof points): number => Math.round(median(some.map(({ y }) => y)));
  return {
    [name]: {
      slope: Math.round(unit * slope),
      'from, to': [Math.round(unit * low), Math.round(unit * high)],
      'first fifth': level(counted.slice(0, fifth)),
      'last fifth': level(counted.slice(-fifth)),
      samples: counted.length,
    },
  };
}

/** Of many values, by their order. */
export function spread(values: readonly number[]): object {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number): number =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN).toFixed(1));
  return { p50: at(0.5), p95: at(0.95), most: at(1) };
}
