import * as tf from '@tensorflow/tfjs';

/**
 * Squared Frobenius norm of each sample's weight gradient, ‖X_sᵀ D_s‖², from a linear layer's inputs and output
 * gradients, without ever adding gradients of different samples.
 *
 * Two exact ways: form X_sᵀ D_s once per sample, or, without forming it, Σ_tu (x_t·x_u)(d_t·d_u); the second is cheaper
 * when tokens · (in + out) < in · out. Sums run over rows first and then over rows' sums, because one long float32 sum
 * loses digits.
 * @param x [batch · tokens, in] inputs of the layer
 * @param dy [batch · tokens, out] gradient of the summed loss in its outputs; zero at padding
 * @returns [batch] loss² per weight²
 */
export function gradientSquaredNorms(x: tf.Tensor2D, dy: tf.Tensor2D, batch: number): tf.Tensor1D {
  return tf.tidy(() => {
    const inputs = tf.reshape(x, [batch, -1, x.shape[1]]) as tf.Tensor3D;
    const gradients = tf.reshape(dy, [batch, -1, dy.shape[1]]) as tf.Tensor3D;
    const products = gramIsCheaper(inputs.shape[1], x.shape[1], dy.shape[1])
      ? tf.mul(tf.matMul(inputs, inputs, false, true), tf.matMul(gradients, gradients, false, true))
      : tf.square(tf.matMul(inputs, gradients, true, false));
    return tf.sum(tf.sum(products, 2), 1) as tf.Tensor1D;
  });
}

/** Multiply-adds of the two ways: tokens² (in + out) against tokens · in · out. */
export const gramIsCheaper = (tokens: number, inFeatures: number, outFeatures: number): boolean =>
  tokens * (inFeatures + outFeatures) < inFeatures * outFeatures;

/**
 * A frozen linear layer y = x Wᵀ that hands its input and output gradient to `record` during the backward pass and
 * never forms the weight's gradient.
 * @param x [rows, in]
 * @param weight [out, in], as PyTorch stores it
 */
export function frozenLinear(
  x: tf.Tensor2D,
  weight: tf.Tensor2D,
  record: (x: tf.Tensor2D, dy: tf.Tensor2D) => void,
): tf.Tensor2D {
  return tf.customGrad((input, save) => {
    const rows = input as tf.Tensor2D;
    const value = tf.matMul(rows, weight, false, true);
    (save as tf.GradSaveFunc)([rows]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        record(saved[0] as tf.Tensor2D, dy as tf.Tensor2D);
        return tf.matMul(dy as tf.Tensor2D, weight);
      },
    };
  })(x) as tf.Tensor2D;
}
