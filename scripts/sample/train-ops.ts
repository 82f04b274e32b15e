import * as tf from '@tensorflow/tfjs';

/** Operations whose weights are trained; the engine's own freeze them. Shapes are written [rows, columns], all float32. */

/**
 * Root mean square norm (Zhang & Sennrich 2019): y = x / sqrt(mean(x²) + epsilon) · w over the last axis.
 * @param x [rows, width]
 * @param weight [width]
 */
export function rmsNorm(x: tf.Tensor2D, weight: tf.Tensor1D, epsilon: number): tf.Tensor2D {
  return tf.customGrad((input, scale, save) => {
    const rows = input as tf.Tensor2D;
    const factor = scale as tf.Tensor1D;
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(rows), -1, true), epsilon));
    const normed = tf.mul(rows, inverse);
    const value = tf.mul(normed, factor);
    // Saved last, here as below: what is saved before an error is never freed.
    (save as tf.GradSaveFunc)([normed, inverse, factor]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [unit, inv, w] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D];
        const scaled = tf.mul(dy, w);
        const along = tf.mean(tf.mul(scaled, unit), -1, true);
        const dx = tf.mul(inv, tf.sub(scaled, tf.mul(unit, along)));
        return [dx, tf.sum(tf.mul(dy, unit), 0)];
      },
    };
  })(x, weight) as tf.Tensor2D;
}

/**
 * Negative log likelihood of each row's label: logsumexp(logits) - logits[label]. A label outside the vocabulary would
 * count as a loss of 0: callers refuse it.
 * @param logits [rows, vocabulary]
 * @param labels [rows] int32
 * @returns [rows]
 */
export function tokenLoss(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  return tf.customGrad((input, save) => {
    const rows = input as tf.Tensor2D;
    const hot = tf.oneHot(labels, rows.shape[1]) as tf.Tensor2D;
    const logs = tf.logSoftmax(rows);
    const value = tf.neg(tf.sum(tf.mul(logs, hot), -1));
    (save as tf.GradSaveFunc)([logs, labels]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [logShares, targets] = saved as [tf.Tensor2D, tf.Tensor1D];
        const target = tf.oneHot(targets, logShares.shape[1]);
        return tf.mul(tf.sub(tf.exp(logShares), target), tf.expandDims(dy, -1));
      },
    };
  })(logits) as tf.Tensor1D;
}
