import { formatScore } from '../../src/shared/format';

/** A power of ten that a column of scores shares, so that its numbers stay short: 6.88e-4 becomes 688 (× 10⁻⁶). */
export interface SharedUnit {
  readonly text: (value: number) => string;
  /** What a title adds, with the comma before it; empty where the numbers stand as they are. */
  readonly suffix: string;
}

const percent: SharedUnit = { text: (value) => formatScore(value * 100), suffix: ', %' };

/** The unit for scores up to `highest`, or percent for shares. */
export function sharedUnit(kind: 'share' | 'score', highest: number): SharedUnit {
  if (kind === 'share') return percent;
  const plain = !(highest > 0) || (highest >= 0.1 && highest < 10_000);
  const exponent = plain ? 0 : Math.floor(Math.log10(highest) / 3) * 3;
  return {
    text: (value) => formatScore(value / 10 ** exponent),
    suffix: exponent === 0 ? '' : `, × 10${superscript(exponent)}`,
  };
}

const superscript = (exponent: number): string =>
  [...String(exponent)].map((digit) => (digit === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Number(digit)))).join('');
