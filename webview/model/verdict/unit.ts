import type { Verdict } from '../../../src/shared/verdict';
import { signedSize } from '../../../src/shared/verdictWords';

/** How numbers of a verdict's metric are written where a heading names the unit. */
export interface VerdictUnit {
  /** "accuracy" */
  readonly metric: string;
  /** What a heading adds to the metric: "%"; empty where the numbers stand as they are. */
  readonly of: string;
  /** The same for differences: "points". */
  readonly ofDifference: string;
  /** By which the metric is multiplied. */
  readonly scale: number;
  /** "+1.3", "−0.012": a difference of the metric. */
  readonly difference: (value: number) => string;
  /** "91.2", "1.087": a value of it. */
  readonly value: (value: number) => string;
  /** Whether more of it is better. */
  readonly moreIsBetter: boolean;
}

const accuracy: VerdictUnit = {
  ...{ metric: 'accuracy', of: '%', ofDifference: 'points', scale: 100, moreIsBetter: true },
  difference: (value) => signedSize({ metric: 'accuracy' }, value),
  value: (value) => (100 * value).toFixed(1),
};
const loss: VerdictUnit = {
  ...{ metric: 'loss', of: '', ofDifference: '', scale: 1, moreIsBetter: false },
  difference: (value) => signedSize({ metric: 'loss' }, value),
  value: (value) => value.toFixed(3),
};

export const unitOf = ({ metric }: Pick<Verdict, 'metric'>): VerdictUnit =>
  metric === 'accuracy' ? accuracy : loss;

/** "Accuracy, %": a heading over values; of a difference with that unit. */
export const withUnit = (title: string, unit: string): string => (unit === '' ? title : `${title}, ${unit}`);
