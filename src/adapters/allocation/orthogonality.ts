/** A matrix whose rows (A) or columns (B) are to become orthonormal. */
export interface Factor {
  /** A [rank, in] or B [out, rank], row-major. */
  readonly values: Float32Array;
  readonly rank: number;
  readonly orthonormal: 'rows' | 'columns';
  /** What the penalty's gradient is added to, of the same shape. */
  readonly gradient?: Float32Array;
}

/**
 * AdaLoRA's penalty (Zhang et al. 2023, arXiv 2303.10512, eq. 4), as PEFT computes it: the mean, over all matrices A and B
 * alike, of ‖A·Aᵀ − I‖_F and ‖Bᵀ·B − I‖_F. The norm is not squared, as in PEFT and unlike in the paper.
 *
 * With D = A·Aᵀ − I the gradient is 2·D·A/‖D‖_F for A and, D = Bᵀ·B − I, 2·B·D/‖D‖_F for B; 0 where D is 0, as torch has it.
 *
 * @param weight of the penalty in the loss (`orth_reg_weight`)
 * @returns weight times the mean; 0 of no matrices
 */
export function orthogonality(factors: readonly Factor[], weight = 1): number {
  let sum = 0;
  for (const factor of factors) {
    const { deviation, norm } = deviationOf(factor);
    sum += norm;
    if (factor.gradient !== undefined && norm > 0) {
      addGradient(factor, factor.gradient, deviation, (2 * weight) / (norm * factors.length));
    }
  }
  return factors.length === 0 ? 0 : (weight * sum) / factors.length;
}

/** Where entry j of vector k lies: vectors are A's rows or B's columns. */
function strides({ values, rank, orthonormal }: Factor): { length: number; vector: number; entry: number } {
  const length = values.length / rank;
  return orthonormal === 'rows' ? { length, vector: length, entry: 1 } : { length, vector: 1, entry: rank };
}

/** The vectors' inner products less the identity [rank, rank], and its Frobenius norm. */
function deviationOf(factor: Factor): { deviation: Float64Array; norm: number } {
  const { values, rank } = factor;
  const { length, vector, entry } = strides(factor);
  const deviation = new Float64Array(rank * rank);
  for (let k = 0; k < rank; k++) deviation[k * rank + k] = -1;
  for (let j = 0; j < length; j++) {
    for (let k = 0; k < rank; k++) {
      const value = values[k * vector + j * entry] as number;
      for (let l = 0; l <= k; l++) {
        deviation[k * rank + l] =
          (deviation[k * rank + l] as number) + value * (values[l * vector + j * entry] as number);
      }
    }
  }
  for (let k = 0; k < rank; k++) {
    for (let l = 0; l < k; l++) deviation[l * rank + k] = deviation[k * rank + l] as number;
  }
  return { deviation, norm: Math.sqrt(deviation.reduce((sum, value) => sum + value * value, 0)) };
}

/** Adds `scale` times deviation times the vectors. */
function addGradient(factor: Factor, gradient: Float32Array, deviation: Float64Array, scale: number): void {
  const { values, rank } = factor;
  const { length, vector, entry } = strides(factor);
  for (let j = 0; j < length; j++) {
    for (let k = 0; k < rank; k++) {
      let product = 0;
      for (let l = 0; l < rank; l++) {
        product += (deviation[k * rank + l] as number) * (values[l * vector + j * entry] as number);
      }
      const at = k * vector + j * entry;
      gradient[at] = (gradient[at] as number) + scale * product;
    }
  }
}
