import type { Call } from '../shared/verdict';
import { levelOfLooks } from './looks';
import type { PairedScores } from './pairedScores';
import { spreadOf } from './spread';
import { studentQuantile, twoSidedP } from './studentT';

/** Numbers of seeds after which it is looked whether the answer is clear already. */
export const looksUpTo = (seeds: number): number[] =>
  seeds < fewest ? [seeds] : Array.from({ length: seeds - fewest + 1 }, (_, at) => fewest + at);

/** Of two seeds the interval is 12.7 standard errors to either side: nobody would stop there. */
const fewest = 3;

export interface JudgeSettings {
  /** Seeds that may be spent. */
  readonly seeds: number;
  /** How often a difference may be called where there is none, over all looks; 0.05 where absent. */
  readonly level?: number | undefined;
  /** Whether more of the metric is better; a loss is better where it is less. */
  readonly moreIsBetter: boolean;
  /** A difference in the metric's unit that does not matter, 0 where each does. */
  readonly margin?: number | undefined;
  /**
   * What ends it before the seeds are spent. `difference`: a difference, or that there is none that matters. `as-good`: that the
   * plan is worse, or that it is not worse by more than the margin; for a control that costs more.
   */
  readonly asks?: 'difference' | 'as-good' | undefined;
}

/** What can be said of a plan against one control after some seeds. All in the metric's unit. */
export interface Judgement {
  readonly seeds: number;
  /** Mean over seeds of plan less control. */
  readonly difference: number;
  readonly standardError: number;
  /** Holds the difference of all seeds and examples in 1 − `level` of the cases, at this look and those before. */
  readonly interval: readonly [low: number, high: number];
  /** How often a difference as large is seen where there is none, at one look. */
  readonly p: number;
  readonly call: Call;
  /** No difference is found, and the interval leaves none that matters. */
  readonly isEquivalent: boolean;
  /** The interval leaves no plan that is worse by more than the margin. */
  readonly isAsGood: boolean;
  /** Whether another seed is not worth its training: a difference, none that matters, or the seeds are spent. */
  readonly isOver: boolean;
}

/** Seeds that are trained whatever comes of them. @param most seeds that there are */
export const seedsBeforeEnd = (most: number): number => Math.min(fewest, most);

/**
 * Judges a plan against a control by the seeds that are there.
 * @param scores one row a seed, in the order in which they were trained
 */
export function judge(scores: PairedScores, settings: JudgeSettings): Judgement {
  const { moreIsBetter, margin = 0, level = 0.05, asks = 'difference' } = settings;
  const seeds = scores.differences.length;
  const { difference, standardError, degrees } = spreadOf(scores);
  const each = levelOfLooks(looksUpTo(settings.seeds), level);
  const reach = reachOf(standardError, degrees, each);
  const interval = [difference - reach, difference + reach] as const;
  const p = standardError === 0 ? Number(difference === 0) : pOf(difference, standardError, degrees);
  const call = callOf(interval, moreIsBetter);
  const isEquivalent = call === 'none' && margin > 0 && interval[0] >= -margin && interval[1] <= margin;
  const isAsGood = seeds > 1 && (moreIsBetter ? interval[0] >= -margin : interval[1] <= margin);
  const mayStop = seeds >= seedsBeforeEnd(settings.seeds);
  const isClear = asks === 'difference' ? call !== 'none' || isEquivalent : call === 'worse' || isAsGood;
  const isOver = seeds >= settings.seeds || (mayStop && isClear);
  return { seeds, difference, standardError, interval, p, call, isEquivalent, isAsGood, isOver };
}

function reachOf(standardError: number, degrees: number, level: number): number {
  if (standardError === 0 || standardError === Infinity) return standardError;
  return standardError * studentQuantile(1 - level / 2, degrees);
}

const pOf = (difference: number, standardError: number, degrees: number): number =>
  standardError === Infinity ? 1 : twoSidedP(difference / standardError, degrees);

function callOf([low, high]: Judgement['interval'], moreIsBetter: boolean): Call {
  if (low <= 0 && high >= 0) return 'none';
  return low > 0 === moreIsBetter ? 'better' : 'worse';
}
