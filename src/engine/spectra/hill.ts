/** Of the largest eigenvalue, below which float32 products are rounding noise: such eigenvalues are 0. */
const noise = 1e-6;
/** Of equal eigenvalues, whose exponent has no end; a score has to be a number. */
const steepest = 1e6;

export interface PowerLaw {
  /** α of the density ρ(λ) ~ λ^-α of the tail. */
  readonly exponent: number;
  /** (α − 1) / √tail: of the Hill estimator, were the eigenvalues independent. */
  readonly standardError: number;
}

/**
 * Exponent of a spectrum's upper half by the Hill estimator, 1 + n / Σ ln(λ_i / λ_min), as AlphaLoRA's code has it
 * (arXiv 2410.10054, `fix_fingers='xmin_mid'`): λ_min is the one in the middle, and one of the n. Zeros are left out.
 *
 * @param eigenvalues of WᵀW, falling
 */
export function hillExponent(eigenvalues: ArrayLike<number>): PowerLaw {
  const largest = eigenvalues[0] ?? 0;
  const positive = Array.from(eigenvalues).filter((value) => value > noise * largest);
  const tail = positive.length - Math.floor(positive.length / 2);
  const smallest = positive[tail - 1];
  if (smallest === undefined) return { exponent: 1, standardError: 0 };
  const logs = positive.slice(0, tail).reduce((sum, value) => sum + Math.log(value / smallest), 0);
  const exponent = 1 + tail / Math.max(logs, tail / steepest);
  return { exponent, standardError: (exponent - 1) / Math.sqrt(tail) };
}
