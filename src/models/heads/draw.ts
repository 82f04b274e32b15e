/**
 * Gumbel noise for drawing from a softmax: the index with the largest logit + noise is a draw (Gumbel 1954). The noise of
 * an entry depends on seed, sample, position and index alone, so that a draw is the same however samples are batched and
 * however the logits are cut.
 */
export function gumbel(seed: number, sample: number, position: number, index: number): number {
  let hash = mix(seed ^ 0x9e37_79b9);
  hash = mix(hash ^ sample);
  hash = mix(hash ^ Math.imul(position + 1, 0x85eb_ca6b));
  hash = mix(hash ^ Math.imul(index + 1, 0xc2b2_ae35));
  // In (0, 1): neither end has a finite logarithm of a logarithm.
  const uniform = ((hash >>> 0) + 0.5) / 2 ** 32;
  return -Math.log(-Math.log(uniform));
}

/** The finalizer of MurmurHash3: every bit of the input changes every bit of the output with probability one half. */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return h ^ (h >>> 16);
}
