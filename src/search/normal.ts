/** Density of the standard normal distribution. */
export const normalDensity = (z: number): number => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);

/**
 * Distribution function Φ of the standard normal distribution, to about 14 digits also in the lower tail: the series of
 * Marsaglia ("Evaluating the normal distribution", 2004) near 0, and beyond 3 the continued fraction of Mills' ratio, where
 * the series would lose its digits.
 */
export function normalProbability(z: number): number {
  if (z > 3) return 1 - upperTail(z);
  if (z < -3) return upperTail(-z);
  let term = z;
  let sum = z;
  for (let n = 3; Math.abs(term) > 1e-17 * Math.abs(sum); n += 2) {
    term *= (z * z) / n;
    sum += term;
  }
  return 0.5 + normalDensity(z) * sum;
}

/** 1 − Φ(z) for z ≥ 3. */
function upperTail(z: number): number {
  let fraction = z;
  for (let n = 120; n >= 1; n--) fraction = z + n / fraction;
  return normalDensity(z) / fraction;
}
