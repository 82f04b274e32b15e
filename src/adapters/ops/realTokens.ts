import * as tf from '@tensorflow/tfjs';
import type { Batch } from '../../models/batches';

/**
 * Weights that make means over real tokens: padding counts nothing.
 * @param each a mean for each sample, [samples, rows]; or one over all of the batch, [1, rows]
 */
export function meanOverTokens({ members, length, lengths }: Batch, each: boolean): tf.Tensor2D {
  const rows = members.length * length;
  const groups = each ? members.length : 1;
  const values = new Float32Array(groups * rows);
  const total = lengths.reduce((sum, own) => sum + own, 0);
  lengths.forEach((own, sample) => {
    const from = (each ? sample * rows : 0) + sample * length;
    values.fill(1 / (each ? own : total), from, from + own);
  });
  return tf.tensor2d(values, [groups, rows]);
}

/** Number of real tokens behind each row of `meanOverTokens`: [groups, 1]. */
export const tokensOf = ({ lengths }: Batch, each: boolean): tf.Tensor2D =>
  each
    ? tf.tensor2d(Float32Array.from(lengths), [lengths.length, 1])
    : tf.tensor2d([lengths.reduce((sum, own) => sum + own, 0)], [1, 1]);
