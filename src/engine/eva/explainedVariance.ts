import { leadingEigenvalues } from '../spectra/leading';
import type { InputMoments } from './inputMoments';

/** Shares of the variance of a module's inputs that their leading principal components explain, falling. */
export interface ExplainedVariance {
  readonly components: readonly number[];
  /** Sums of the same shares of the even and the odd samples alone; empty where one of them has none. */
  readonly halves: readonly number[];
}

/**
 * As PEFT's IncrementalPCA has them: eigenvalues of the covariance (the mean is taken off) over its trace. What that class
 * approximates batch by batch is exact here, from all rows.
 */
export async function explainedVariance(moments: InputMoments, count: number): Promise<ExplainedVariance> {
  const { width } = moments;
  const of = async (covariance: Float64Array): Promise<number[]> => {
    let trace = 0;
    for (let i = 0; i < width; i++) trace += covariance[i * (width + 1)] as number;
    const values = await leadingEigenvalues(covariance, width, Math.min(count, width));
    return values.map((value) => (trace > 0 ? Math.max(0, value) / trace : 0));
  };
  const components = await of(moments.covariance() ?? new Float64Array(width * width));
  const halves: number[] = [];
  for (const half of [0, 1] as const) {
    const covariance = moments.covariance(half);
    if (covariance === undefined) return { components, halves: [] };
    halves.push(sum(await of(covariance)));
  }
  return { components, halves };
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
