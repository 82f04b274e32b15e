import * as tf from '@tensorflow/tfjs';
import { activationSlope, activationValue } from './activations';
import { composedAttention } from './composedAttention';
import type { NormForm, NormWeights, Primitives } from './primitives';

/** The primitives out of tfjs's operations: on any backend, and the plain statement of what each computes. */
export const composed: Primitives = {
  ...composedAttention,

  norm(x, weights, form) {
    return tf.tidy(() => {
      const mean = form.kind === 'layer' ? tf.mean(x, -1, true) : tf.zeros<tf.Rank>([x.shape[0], 1]);
      const centered = form.kind === 'layer' ? tf.sub(x, mean) : x;
      const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centered), -1, true), form.epsilon));
      const scaled = scale(tf.mul(centered, inverse), weights, form);
      const value = weights.bias === undefined ? scaled : tf.add(scaled, weights.bias);
      return { value: value as tf.Tensor2D, stats: tf.concat([mean, inverse], 1) as tf.Tensor2D };
    });
  },

  normGradient(x, weights, stats, dy, form) {
    return tf.tidy(() => {
      const [mean, inverse] = tf.split(stats, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
      const unit = tf.mul(form.kind === 'layer' ? tf.sub(x, mean) : x, inverse);
      const scaled = scale(dy, weights, form);
      const along = tf.mul(unit, tf.mean(tf.mul(scaled, unit), -1, true));
      const level = form.kind === 'layer' ? tf.add(along, tf.mean(scaled, -1, true)) : along;
      return tf.mul(inverse, tf.sub(scaled, level)) as tf.Tensor2D;
    });
  },

  activation: (x, kind) => tf.tidy(() => activationValue(x, kind)),
  activationAndSlope: (x, kind) =>
    tf.tidy(() => ({ value: activationValue(x, kind), slope: activationSlope(x, kind) })),
  activationGradient: (x, dy, kind) => tf.tidy(() => tf.mul(dy, activationSlope(x, kind))),
  gated: (gate, up, kind) => tf.tidy(() => tf.mul(activationValue(gate, kind), up)),
  gatedGradient: (gate, up, dy, kind) =>
    tf.tidy(() => ({
      gate: tf.mul(tf.mul(dy, up), activationSlope(gate, kind)) as tf.Tensor2D,
      up: tf.mul(dy, activationValue(gate, kind)) as tf.Tensor2D,
    })),

  addBias: (consumed, bias) => replaced(consumed, tf.add(consumed, bias)),
  addInto: (consumed, other) => replaced(consumed, tf.add(consumed, other)),

  softCap(consumed, cap) {
    const result = tf.tidy(() => {
      const bent = tf.tanh(tf.div(consumed, cap));
      return {
        value: tf.mul(bent, cap) as tf.Tensor2D,
        slopes: tf.sub(1, tf.square(bent)) as tf.Tensor2D,
      };
    });
    consumed.dispose();
    return result;
  },

  logSumExp(logits) {
    const [rows, columns] = logits.shape;
    const values = logits.dataSync() as Float32Array;
    const largest = new Float64Array(rows).fill(-Infinity);
    const sum = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      const entries = values.subarray(row * columns, (row + 1) * columns);
      let most = -Infinity;
      let broken = false;
      for (const entry of entries) {
        if (entry > most) most = entry;
        broken ||= Number.isNaN(entry);
      }
      let total = broken ? NaN : 0;
      for (const entry of entries) total += Math.exp(entry - most);
      largest[row] = most;
      sum[row] = total;
    }
    return { largest, sum };
  },

  crossEntropyGradient(consumed, logSum, targets, weights) {
    return replaced(
      consumed,
      tf.tidy(() => {
        const column = (values: ArrayLike<number>): tf.Tensor2D =>
          tf.tensor2d(Float32Array.from(values), [values.length, 1]);
        const columns = consumed.shape[1];
        // oneHot takes no single column.
        const wide = tf.oneHot(tf.tensor1d(targets, 'int32'), Math.max(2, columns)) as tf.Tensor2D;
        const hot = tf.slice(wide, [0, 0], [-1, columns]);
        const likely = tf.exp(tf.sub(consumed, column(logSum)));
        return tf.mul(tf.sub(likely, hot), column(weights)) as tf.Tensor2D;
      }),
    );
  },

  dots(a, b) {
    const count = a.shape[0] ?? 1;
    const [left, right] = [a.dataSync() as Float32Array, b.dataSync() as Float32Array];
    const size = left.length / count;
    return Float64Array.from({ length: count }, (_, index) => {
      let sum = 0;
      for (let i = index * size; i < (index + 1) * size; i++) sum += (left[i] ?? 0) * (right[i] ?? 0);
      return sum;
    });
  },

  absoluteDot(a, b) {
    const [left, right] = [a.dataSync() as Float32Array, b.dataSync() as Float32Array];
    let sum = 0;
    for (let i = 0; i < left.length; i++) sum += Math.abs((left[i] ?? 0) * (right[i] ?? 0));
    return sum;
  },
};

function scale(x: tf.Tensor, { weight }: NormWeights, { weightOffset }: NormForm): tf.Tensor {
  if (weight === undefined) return x;
  return tf.mul(x, weightOffset === 0 ? weight : tf.add(weight, weightOffset));
}

/** Frees what was given and keeps the type that it had. */
function replaced<T extends tf.Tensor>(consumed: T, result: tf.Tensor): T {
  consumed.dispose();
  return result as T;
}
