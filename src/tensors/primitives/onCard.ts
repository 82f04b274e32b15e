import * as tf from '@tensorflow/tfjs';
import { whenThere, type Later } from '../later';
import { readNumbers } from '../readBack';
import { composed } from './composed';
import type { Primitives } from './primitives';

/**
 * Numbers that are summed on the card to one, which is read back and summed further in float64: few enough for float32,
 * and many sums at once, so that the whole card has work.
 */
const summed = 4096;

/** The primitives for a card: tfjs's operations, and sums of which only few numbers travel back. */
export const onCard: Primitives = {
  ...composed,

  logSumExp(logits) {
    const [rows] = logits.shape;
    const found = tf.tidy(() => {
      const largest = tf.max(logits, 1, true);
      const sum = tf.sum(tf.exp(tf.sub(logits, largest)), 1, true);
      return tf.concat([largest, sum], 0);
    });
    return whenThere(readAndFree(found), (values) => ({
      largest: Float64Array.from(values.subarray(0, rows)),
      sum: Float64Array.from(values.subarray(rows)),
    }));
  },

  dots(a, b) {
    const count = a.shape[0] ?? 1;
    return sumsOf(count, () => tf.mul(a, b));
  },

  absoluteDot(a, b) {
    return whenThere(
      sumsOf(1, () => tf.abs(tf.mul(a, b))),
      ([sum = 0]) => sum,
    );
  },
};

/** Sums over all but the first axis, of so many indices. */
function sumsOf(count: number, terms: () => tf.Tensor): Later<Float64Array> {
  const parts = tf.tidy(() => {
    const flat = tf.reshape(terms(), [count, -1]) as tf.Tensor2D;
    const size = flat.shape[1];
    if (size <= summed) return tf.sum(flat, 1);
    const missing = (summed - (size % summed)) % summed;
    const whole = missing === 0 ? flat : tf.pad2d(flat, [[0, 0], [0, missing]]); // prettier-ignore
    return tf.sum(tf.reshape(whole, [count, -1, summed]), 2);
  });
  const each = count === 0 ? 0 : parts.size / count;
  return whenThere(readAndFree(parts), (values) =>
    Float64Array.from({ length: count }, (_, index) => {
      let sum = 0;
      for (let i = index * each; i < (index + 1) * each; i++) sum += values[i] ?? 0;
      return sum;
    }),
  );
}

function readAndFree(x: tf.Tensor): Later<Float32Array> {
  const values = readNumbers(x);
  x.dispose();
  return values;
}
