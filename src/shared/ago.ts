const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/**
 * How long ago something was, in words: "just now", "3 minutes ago", "yesterday", "22 Nov 2026". A time to come, of a clock
 * that goes otherwise, counts as now for three quarters of a minute, as one that has passed does, and is a date beyond.
 *
 * @param then, now in milliseconds
 */
export function agoWords(then: number, now: number): string {
  const passed = now - then;
  if (Math.abs(passed) < 45_000) return 'just now';
  if (passed < 0) return dateWords(then);
  if (passed < 59.5 * minute) return relative.format(-Math.max(1, Math.round(passed / minute)), 'minute');
  const nights = nightsBetween(then, now);
  if (nights === 0 || passed < 6 * hour)
    return relative.format(-Math.max(1, Math.round(passed / hour)), 'hour');
  return nights < 7 ? relative.format(-nights, 'day') : dateWords(then);
}

/** Midnights of this machine's days between two times. */
function nightsBetween(then: number, now: number): number {
  const midnight = (time: number): number => new Date(time).setHours(0, 0, 0, 0);
  // Days of daylight saving have an hour more or less.
  return Math.round((midnight(now) - midnight(then)) / day);
}

const dateWords = (time: number): string =>
  new Date(time).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
