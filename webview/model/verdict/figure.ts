import { capital } from '../../../src/shared/format';
import type { Comparison, Verdict } from '../../../src/shared/verdict';
import { armTitles, verdictDifference } from '../../../src/shared/verdictWords';
import { rangeOf } from '../axis';
import { signed } from '../compare/signed';
import { callWords } from './calls';
import { unitOf, withUnit } from './unit';

/** Plan less control, one row a control. All places are shares of the width, 0 to 1. */
export interface IntervalFigure {
  readonly rows: readonly IntervalRow[];
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  readonly zero: number;
  /** Differences that do not matter; undefined where each does. */
  readonly band: readonly [low: number, high: number] | undefined;
  /** What the axis is of. */
  readonly axis: string;
  /** What lies to either side of zero. */
  readonly left: string;
  readonly right: string;
  readonly legend: readonly (readonly [kind: FigureMark, words: string])[];
  /** All of it, for who does not see it. */
  readonly words: string;
}
export type FigureMark = 'mean' | 'interval' | 'seed' | 'margin';

export interface IntervalRow {
  readonly title: string;
  /** "+1.3 points, better" */
  readonly words: string;
  readonly mean: number;
  readonly interval: readonly [low: number, high: number];
  readonly seeds: readonly number[];
  /** Whether a difference is called; the mark of the mean is full then. */
  readonly isCalled: boolean;
}

/** The figure of what can be compared; undefined before two seeds. */
export function intervalFigure(verdict: Verdict): IntervalFigure | undefined {
  const { comparisons, margin } = verdict;
  if (comparisons.length === 0) return undefined;
  const unit = unitOf(verdict);
  const all = comparisons.flatMap(({ difference, interval, bySeed }) => [difference, ...interval, ...bySeed]);
  const { low, high, step } = rangeOf([0, -margin, margin, ...all].map((value) => unit.scale * value));
  // Half a step more to either side, so that the outermost numbers have room for their labels.
  const placeOf = (value: number): number => (value - low + step / 2) / (high - low + step);
  const place = (value: number): number => placeOf(unit.scale * value);
  const digits = Math.max(0, Math.min(6, Math.ceil(-Math.log10(step) - 1e-9) + (isWhole(step) ? 0 : 1)));
  const ticks = Array.from({ length: Math.round((high - low) / step) + 1 }, (_, index) => {
    const value = Number((low + index * step).toPrecision(12));
    return { at: placeOf(value), label: signed(value, (size) => size.toFixed(digits)) };
  });
  const [worse, better] = ['plan worse', 'plan better'];
  const names = unit.moreIsBetter ? [worse, better] : [better, worse];
  return {
    rows: comparisons.map((one) => ({
      title: armTitles[one.control],
      words: rowWords(one, verdict),
      mean: place(one.difference),
      interval: [place(one.interval[0]), place(one.interval[1])],
      seeds: one.bySeed.map(place),
      isCalled: one.call !== 'none',
    })),
    ...{ ticks, zero: placeOf(0) },
    band: margin > 0 ? [place(-margin), place(margin)] : undefined,
    axis: withUnit(`${capital(unit.metric)} of the plan less that of the control`, unit.ofDifference),
    ...{ left: `← ${names[0]}`, right: `${names[1]} →` },
    legend: legendOf(verdict),
    words: figureWords(verdict),
  };
}

function legendOf(verdict: Verdict): IntervalFigure['legend'] {
  const margin = `Up to ${verdictDifference(verdict, verdict.margin)}: does not matter`;
  return [
    ['mean', 'Mean over seeds, full where a difference is found'],
    ['interval', `Interval of ${confidence(verdict)}`],
    ['seed', 'One seed'],
    ...(verdict.margin > 0 ? ([['margin', margin]] as const) : []),
  ];
}

/** "95 %" */
export const confidence = ({ level }: Pick<Verdict, 'level'>): string =>
  `${Number((100 * (1 - level)).toFixed(2))} %`;

function rowWords(one: Comparison, verdict: Verdict): string {
  const { difference, ofDifference } = unitOf(verdict);
  const unit = ofDifference === '' ? '' : ` ${ofDifference}`;
  return `${difference(one.difference)}${unit}, ${callWords(one, verdict)}`;
}

function figureWords(verdict: Verdict): string {
  const { metric, moreIsBetter, difference } = unitOf(verdict);
  const rows = verdict.comparisons.map((one) => {
    const [low, high] = one.interval.map(difference);
    return `${armTitles[one.control]}: ${rowWords(one, verdict)}, interval ${low} to ${high} over ${one.seeds} seeds.`;
  });
  const better = moreIsBetter ? 'more' : 'less';
  return [
    `Difference in ${metric} of the plan to each control, where ${better} is better.`,
    ...rows,
    ...(verdict.margin > 0
      ? [`Differences up to ${verdictDifference(verdict, verdict.margin)} do not matter.`]
      : []),
    'The table has all numbers.',
  ].join(' ');
}

/** 1.5 of a power of ten needs one digit more than 1 or 2 of it. */
const isWhole = (step: number): boolean =>
  Number.isInteger(Number((step / 10 ** Math.floor(Math.log10(step) + 1e-9)).toPrecision(6)));
