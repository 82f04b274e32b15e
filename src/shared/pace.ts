import type { RunEvent } from './runEvents';

/**
 * How fast a run goes: the first and the newest report of progress since it began to measure. It comes of the run's events
 * alone, so that every view of it says the same, also one that is opened in the middle. Times in milliseconds.
 */
export interface Pace {
  /** The first report, and the share that was done then. */
  readonly since: number;
  readonly from: number;
  /** The newest one. */
  readonly at: number;
  readonly share: number;
}

/** Behind these events a run measures its progress anew. */
export const measuredAnew: ReadonlySet<RunEvent['type']> = new Set([
  ...(['started', 'resumed', 'again', 'search-begun', 'search-steered', 'judge-begun'] as const),
]);

/** Before this much is known, a pace is a guess. */
const least = { milliseconds: 4000, gain: 0.02 };
/** An end that has passed by more than this, or by a tenth of the time so far, was wrong: nothing is said then. */
const overdueMs = 5000;

/**
 * The pace after one more report.
 *
 * @param before undefined where it is the first one
 * @param share of the work that is done, 0 to 1
 * @param at when it was told, an ISO time
 */
export function paceAfter(before: Pace | undefined, share: number, at: string): Pace | undefined {
  const time = Date.parse(at);
  if (Number.isNaN(time)) return before;
  return before === undefined
    ? { since: time, from: share, at: time, share }
    : { ...before, at: time, share };
}

/**
 * Seconds until all is done, by the pace so far; undefined where that cannot be said.
 * @param now in milliseconds
 */
export function secondsLeft(pace: Pace | undefined, now: number): number | undefined {
  if (pace === undefined) return undefined;
  const { since, from, at, share } = pace;
  const passed = at - since;
  const gain = share - from;
  if (passed < least.milliseconds || gain < least.gain) return undefined;
  const left = at + ((1 - share) * passed) / gain - now;
  return left < -Math.max(overdueMs, passed / 10) ? undefined : Math.max(0, left) / 1000;
}
