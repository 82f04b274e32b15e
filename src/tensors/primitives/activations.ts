import * as tf from '@tensorflow/tfjs';
import type { Activation } from './primitives';

const root2 = Math.SQRT2;
/** √(2 / π), of the tanh form of GELU (Hendrycks & Gimpel 2016). */
const tanhFactor = Math.sqrt(2 / Math.PI);
const cubic = 0.044715;

/** f(x), out of tfjs's operations. */
export function activationValue(x: tf.Tensor2D, kind: Activation): tf.Tensor2D {
  switch (kind) {
    case 'gelu':
      return tf.mul(tf.mul(x, 0.5), tf.add(1, tf.erf(tf.div(x, root2))));
    case 'gelu-tanh':
      return tf.mul(tf.mul(x, 0.5), tf.add(1, tf.tanh(inner(x))));
    case 'quick-gelu':
      return tf.mul(x, tf.sigmoid(tf.mul(x, 1.702)));
    case 'relu':
      return tf.relu(x);
    case 'silu':
      return tf.mul(x, tf.sigmoid(x));
    case 'tanh':
      return tf.tanh(x);
  }
}

/** f'(x). */
export function activationSlope(x: tf.Tensor2D, kind: Activation): tf.Tensor2D {
  switch (kind) {
    case 'gelu': {
      const density = tf.div(tf.exp(tf.mul(tf.square(x), -0.5)), Math.sqrt(2 * Math.PI));
      return tf.add(tf.mul(tf.add(1, tf.erf(tf.div(x, root2))), 0.5), tf.mul(bounded(x), density));
    }
    case 'gelu-tanh': {
      const bent = tf.tanh(inner(x));
      const near = bounded(x);
      const slope = tf.mul(tf.add(1, tf.mul(tf.square(near), 3 * cubic)), tanhFactor);
      const curved = tf.mul(tf.mul(tf.mul(near, 0.5), tf.sub(1, tf.square(bent))), slope);
      return tf.add(tf.mul(tf.add(1, bent), 0.5), curved);
    }
    case 'quick-gelu': {
      const gate = tf.sigmoid(tf.mul(x, 1.702));
      return tf.mul(gate, tf.add(1, tf.mul(tf.mul(bounded(x), 1.702), tf.sub(1, gate))));
    }
    case 'relu':
      // Not a cast, whose numbers stay booleans underneath on some backends.
      return tf.where(tf.greater(x, 0), tf.onesLike(x), tf.zerosLike(x));
    case 'silu': {
      const gate = tf.sigmoid(x);
      return tf.mul(gate, tf.add(1, tf.mul(bounded(x), tf.sub(1, gate))));
    }
    case 'tanh':
      return tf.sub(1, tf.square(tf.tanh(x)));
  }
}

const inner = (x: tf.Tensor2D): tf.Tensor2D =>
  tf.mul(tf.mul(x, tanhFactor), tf.add(1, tf.mul(tf.square(x), cubic)));

/** Beyond ±100 every slope is 0 or 1; without a bound what grows times what vanishes there would be inf · 0. */
const bounded = (x: tf.Tensor2D): tf.Tensor2D => tf.clipByValue(x, -100, 100);
