/** A tick of an axis of values: accuracy in percent, a loss as it is; with as many digits as the gap between ticks wants. */
export function tickWords(metric: string, value: number, ticks: readonly number[]): string {
  const gap = Math.abs((ticks[1] ?? 1) - (ticks[0] ?? 0)) * (metric === 'accuracy' ? 100 : 1);
  const digits = Math.max(0, Math.min(6, -Math.floor(Math.log10(gap) + 1e-9)));
  return metric === 'accuracy' ? `${(100 * value).toFixed(digits)} %` : value.toFixed(digits);
}
