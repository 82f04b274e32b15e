/**
 * Mean and standard error (sample deviation / sqrt(n)) of one value a sample. Sums run in float64 in the order of the
 * samples, so that workers that shared the samples out give the very number that one process gives. One value has the
 * error 0; no values give 0 and 0.
 */
export function meanAndError(values: ArrayLike<number>): { mean: number; standardError: number } {
  const count = values.length;
  if (count === 0) return { mean: 0, standardError: 0 };
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i] as number;
  const mean = sum / count;
  if (count === 1) return { mean, standardError: 0 };
  // Two passes: the difference of two large sums would lose the deviation of nearly equal scores.
  let squares = 0;
  for (let i = 0; i < count; i++) squares += ((values[i] as number) - mean) ** 2;
  return { mean, standardError: Math.sqrt(squares / (count - 1) / count) };
}
