/**
 * Scales gradients down so that their norm as one vector is at most `maxNorm`: torch's `clip_grad_norm_` with the 2-norm
 * (Pascanu et al. 2013, arXiv 1211.5063, algorithm 1). The norm is summed in float64 in the map's order.
 *
 * A norm that is NaN changes nothing, where torch would spread it; the caller sees it in what is returned.
 *
 * @param gradients changed in place
 * @param maxNorm positive; Infinity only measures
 * @returns the norm before clipping
 */
export function clipByGlobalNorm(gradients: ReadonlyMap<string, Float32Array>, maxNorm: number): number {
  let squares = 0;
  for (const gradient of gradients.values()) {
    for (let i = 0; i < gradient.length; i++) squares += (gradient[i] as number) ** 2;
  }
  const norm = Math.sqrt(squares);
  // The small number is torch's: it keeps a norm of 0 from being divided by.
  const coefficient = maxNorm / (norm + 1e-6);
  if (coefficient < 1) {
    for (const gradient of gradients.values()) {
      for (let i = 0; i < gradient.length; i++) gradient[i] = (gradient[i] as number) * coefficient;
    }
  }
  return norm;
}
