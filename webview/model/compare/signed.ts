import { formatBytes, formatCount, formatScore, formatSeconds } from '../../../src/shared/format';
import type { FactUnit } from '../../../src/shared/comparison';

/** "+4", "−4", "0": a difference with its sign, which says what a color alone must not. @param text of its size */
export const signed = (value: number, text: (size: number) => string): string =>
  value === 0 ? '0' : `${value > 0 ? '+' : '−'}${text(Math.abs(value))}`;

export const signedCount = (value: number): string => signed(value, formatCount);

/** Every digit: "+12,288". */
export const signedWhole = (value: number): string => signed(value, whole);
export const whole = (value: number): string => value.toLocaleString('en-US');

/** A difference of shares in percentage points, without its unit; what is less than a thousandth of one is about none. */
export function signedPoints(value: number): string {
  const points = Number((100 * value).toFixed(3));
  return points === 0 ? (value === 0 ? '0' : '≈ 0') : signed(points, formatScore);
}

/** A difference of what runs found out: "+12 s", "−1.5 points". */
export function signedFact(value: number, unit: FactUnit): string {
  switch (unit) {
    case 'seconds':
      return signed(value, formatSeconds);
    case 'bytes':
      return signed(value, formatBytes);
    case 'share':
      return `${signedPoints(value)} points`;
    case 'loss':
      return signed(value, formatScore);
  }
}

/** "+25 %": how much more the second is than the first; undefined where there is no telling. */
export function moreShare(first: number, second: number): string | undefined {
  if (first === 0 || first === second) return undefined;
  const part = (100 * (second - first)) / first;
  return `${signed(part, (size) => size.toFixed(size < 10 ? 1 : 0))} %`;
}
