import * as tf from '@tensorflow/tfjs';
import { differentiable } from '../../tensors/ops/differentiable';

/**
 * Every entry of a row as often as an expert has rows: (w₁, w₂) becomes (w₁ … w₁, w₂ … w₂). A product with a matrix of ones
 * and zeros: devices do that faster than they broadcast.
 * @param weights [rows, experts] @returns [rows, experts · r]
 */
export function spread(weights: tf.Tensor2D, rank: number): tf.Tensor2D {
  const experts = weights.shape[1];
  const ones = new Float32Array(experts * experts * rank);
  for (let expert = 0; expert < experts; expert++) {
    const from = expert * (experts * rank + rank);
    ones.fill(1, from, from + rank);
  }
  return tf.matMul(weights, tf.tensor2d(ones, [experts, experts * rank]));
}

/**
 * h repeated for every expert.
 * @param h [rows, r] @returns [rows, experts · r]
 */
export function repeated(h: tf.Tensor2D, experts: number): tf.Tensor2D {
  const rank = h.shape[1];
  const ones = new Float32Array(rank * experts * rank);
  for (let expert = 0; expert < experts; expert++) {
    for (let i = 0; i < rank; i++) ones[i * experts * rank + expert * rank + i] = 1;
  }
  return tf.matMul(h, tf.tensor2d(ones, [rank, experts * rank]));
}

/**
 * Which experts each token goes to: 1 for the k with the largest logits, else 0; more than k where the last ones are equal to
 * the last digit. The choice has no gradient.
 * @param logits [rows, experts] @returns [rows, experts]
 */
export const topExperts = (logits: tf.Tensor2D, k: number): tf.Tensor2D =>
  differentiable<tf.Tensor2D>([logits], ([given]) => {
    const { shape } = given as tf.Tensor2D;
    const value = tf.tidy(() => {
      const { values } = tf.topk(given as tf.Tensor2D, k, true);
      // Not by `indices` and `oneHot`: asked for float32, tfjs writes the bits of integers on WebAssembly, and cannot sum
      // what was cast from them on WebGPU.
      const least = tf.slice(values, [0, k - 1], [-1, 1]);
      return tf.cast(tf.greaterEqual(given as tf.Tensor2D, least), 'float32');
    });
    return { value, saved: [], gradient: () => [tf.zeros(shape)] };
  });

/**
 * Softmax over the chosen experts of each token alone: the softmax over all, renormalised (MoLA, Mixtral).
 * @param logits [rows, experts] @param chosen of `topExperts`
 */
export function softmaxOver(logits: tf.Tensor2D, chosen: tf.Tensor2D): tf.Tensor2D {
  // So far below every other that its exponential is 0.
  const out = tf.tidy(() => tf.mul(tf.sub(1, chosen), -1e9) as tf.Tensor2D);
  return tf.softmax(tf.add(logits, out) as tf.Tensor2D);
}

/**
 * The load-balance loss N Σᵢ fᵢ Pᵢ (Fedus et al. 2021, eq. 4), as a gradient that joins the one of the task: the values pass
 * through. It is 1 where tokens and probabilities are even.
 * @param probabilities [rows, experts], whose means over the real tokens are P
 * @param load f, [1, experts]: each expert's share of the tokens' choices; taken as constant
 * @param real [rows, 1]: 1 / number of real tokens, 0 for padding
 * @param weight coefficient of the loss, times the batch's share of the step
 */
export function balanced(
  probabilities: tf.Tensor2D,
  load: tf.Tensor2D,
  real: tf.Tensor2D,
  weight: number,
): tf.Tensor2D {
  return differentiable<tf.Tensor2D>([probabilities], ([given]) => {
    const values = given as tf.Tensor2D;
    const experts = values.shape[1];
    return {
      value: values.clone(),
      saved: [load, real],
      gradient: (dy, [f, means]) => [
        tf.add(
          dy,
          tf.matMul(means as tf.Tensor2D, tf.mul(f as tf.Tensor2D, weight * experts) as tf.Tensor2D),
        ),
      ],
    };
  });
}
