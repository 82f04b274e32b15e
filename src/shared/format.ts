/** Numbers for people. One place, so that the terminal, hints and pages write them alike. */

/** 1234 -> "1,234"; 20300000 -> "20.3 M"; at most four significant digits. */
export function formatCount(value: number): string {
  if (value >= 999_950_000) return `${trim(value / 1e9)} G`;
  if (value >= 999_950) return `${trim(value / 1e6)} M`;
  if (value >= 10_000) return `${trim(value / 1e3)} k`;
  const whole = Math.round(value);
  // Most counts need no comma, and locales are slow.
  return whole >= 0 && whole < 1000 ? String(whole) : whole.toLocaleString('en-US');
}

/** Bytes in powers of 1000, as disks and model hubs count: "3.7 MB". */
export function formatBytes(bytes: number): string {
  if (bytes >= 999_950_000) return `${trim(bytes / 1e9)} GB`;
  if (bytes >= 999_950) return `${trim(bytes / 1e6)} MB`;
  if (bytes >= 999.5) return `${trim(bytes / 1e3)} kB`;
  return `${Math.round(bytes)} B`;
}

/** Arithmetic per second: 0.42 -> "0.4 GFLOP/s", 61.2 -> "61 GFLOP/s", 12345 -> "12.3 TFLOP/s". */
export function formatSpeed(gflops: number): string {
  if (gflops < 9.95) return `${gflops.toFixed(1)} GFLOP/s`;
  return gflops < 9999.5 ? `${gflops.toFixed(0)} GFLOP/s` : `${trim(gflops / 1e3)} TFLOP/s`;
}

/** 75 -> "1 min 15 s"; 0.4 -> "0.4 s". */
export function formatSeconds(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** 0.1234 -> "12.3 %". */
export const formatShare = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** Scores span many orders of magnitude: three significant digits, exponent only where it is shorter. */
export function formatScore(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  return size >= 0.001 && size < 10_000 ? Number(value.toPrecision(3)).toString() : value.toExponential(2);
}

/** "rank 8" -> "Rank 8": a sentence's beginning. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** ["a", "b", "c"] -> "a, b and c". */
export const listWords = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

const trim = (value: number): string => value.toFixed(1).replace(/\.0$/, '');

/** `1 module`, `4 modules`, `1.2 k modules`. */
export const counted = (count: number, one: string): string =>
  `${formatCount(count)} ${one}${count === 1 ? '' : 's'}`;
