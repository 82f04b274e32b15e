import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '../../shared/random';

/**
 * Inverted dropout with a mask that depends on the seed and the name alone, so that a block which is computed again drops
 * the same entries.
 * @param x [rows, width] @param rate share that is dropped; 0 = x itself
 */
export function dropout(x: tf.Tensor2D, rate: number, seed: number, name: string): tf.Tensor2D {
  if (rate === 0) return x;
  const random = seededRandom(seed, name);
  const kept = 1 / (1 - rate);
  const mask = new Float32Array(x.size);
  // A plain loop: a callback for each of some million entries would take longer than the products.
  for (let i = 0; i < mask.length; i++) if (random() >= rate) mask[i] = kept;
  return tf.mul(x, tf.tensor2d(mask, x.shape));
}
