import * as tf from '@tensorflow/tfjs';
import { differentiable } from '../../tensors/ops/differentiable';
import { primitives } from '../../tensors/primitives/current';

/**
 * y + s (x Aᵀ) Bᵀ (Hu et al. 2021, eq. 3) as one operation, with the gradients in x, y, A and B. Beside its inputs it keeps
 * x Aᵀ alone, [rows, r].
 * @param x [rows, in] @param y [rows, out] @param a [r, in] @param b [out, r]
 * @returns [rows, out]
 */
export function addLora(
  x: tf.Tensor2D,
  y: tf.Tensor2D,
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  scaling: number,
): tf.Tensor2D {
  return differentiable<tf.Tensor2D>([x, y, a, b], (inputs) => {
    const [rows, base, down, up] = inputs as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const inner = tf.tidy(() => tf.mul(tf.matMul(rows, down, false, true), scaling) as tf.Tensor2D);
    const delta = tf.matMul(inner, up, false, true) as tf.Tensor2D;
    return {
      value: primitives().addInto(delta, base),
      saved: [rows, inner, down, up],
      gradient: (given, kept) => {
        const dy = given as tf.Tensor2D;
        const [keptX, keptInner, keptA, keptB] = kept as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
        const dInner = tf.mul(tf.matMul(dy, keptB), scaling) as tf.Tensor2D;
        return [
          tf.matMul(dInner, keptA),
          dy.clone(),
          tf.matMul(dInner, keptX, true),
          tf.matMul(dy, keptInner, true),
        ];
      },
    };
  });
}
