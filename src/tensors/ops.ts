import * as tf from '@tensorflow/tfjs';

/**
 * Operations of transformer blocks with gradients of our own: fewer passes over memory than tfjs's composed forms, and
 * only operations that every backend has. Shapes are written [rows, columns]; all are float32.
 */

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
 * Gated activation of Llama's MLP: silu(gate) · up, with silu(g) = g · sigmoid(g).
 * @param gate [rows, width]
 * @param up [rows, width]
 */
export function swiglu(gate: tf.Tensor2D, up: tf.Tensor2D): tf.Tensor2D {
  return tf.customGrad((g, u, save) => {
    const gates = g as tf.Tensor2D;
    const ups = u as tf.Tensor2D;
    const sigmoid = tf.sigmoid(gates);
    const silu = tf.mul(gates, sigmoid);
    const value = tf.mul(silu, ups);
    (save as tf.GradSaveFunc)([ups, sigmoid, silu]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [up2, s, h] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
        // d silu / dg = s + h (1 - s)
        const slope = tf.add(s, tf.mul(h, tf.sub(1, s)));
        return [tf.mul(tf.mul(dy, up2), slope), tf.mul(dy, h)];
      },
    };
  })(gate, up) as tf.Tensor2D;
}

/** Angles of a rotary embedding, each [positions, head size] with the first half repeated, and the half-turn matrix. */
export interface RotaryTables {
  readonly cos: tf.Tensor2D;
  readonly sin: tf.Tensor2D;
  /** [head size, head size]: x · halfTurn puts minus the second half before the first half. */
  readonly halfTurn: tf.Tensor2D;
}

/**
 * Rotary position embedding (Su et al. 2021) in Llama's layout: entry i of the first half of a head turns with entry i
 * of the second half. Halves are exchanged by a small matrix product, which costs a fifth of splitting and joining.
 * @param x [batch, heads, positions, head size]
 */
export function rotate(x: tf.Tensor4D, { cos, sin, halfTurn }: RotaryTables): tf.Tensor4D {
  const exchanged = (rows: tf.Tensor4D, back: boolean): tf.Tensor4D =>
    tf.reshape(tf.matMul(tf.reshape(rows, [-1, cos.shape[1]]), halfTurn, false, back), rows.shape);
  return tf.customGrad((input) => {
    const rows = input as tf.Tensor4D;
    return {
      value: tf.add(tf.mul(rows, cos), tf.mul(exchanged(rows, false), sin)),
      gradFunc: (dy: tf.Tensor) => {
        const gradient = dy as tf.Tensor4D;
        return tf.add(tf.mul(gradient, cos), exchanged(tf.mul(gradient, sin), true));
      },
    };
  })(x) as tf.Tensor4D;
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
