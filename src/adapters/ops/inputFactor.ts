import * as tf from '@tensorflow/tfjs';
import type { Batch } from '../../models/batches';
import { differentiable } from '../../tensors/ops/differentiable';
import { meanOverTokens } from './realTokens';

/** What a layer's inputs usually are, [width] each. */
export interface UsualInput {
  readonly mean: tf.Tensor2D;
  /** Norm of the deviations of all features. */
  readonly spread: number;
  /** Usual distance of a sample's mean from the usual mean, in spreads. */
  readonly distance: number;
}

/**
 * φ = 1 + κ tanh(z − z̄), where z is how far a sample's mean over tokens is from the usual one, in spreads. No gradient goes
 * through it.
 * @param x [batch · length, width]
 * @param note called with this batch's mean [width], mean square [width] and mean distance [1]
 * @returns φ of each row's sample: [rows, 1]
 */
export function inputFactor(
  x: tf.Tensor2D,
  batch: Batch,
  strength: number,
  usual: UsualInput | undefined,
  note: (mean: tf.Tensor, square: tf.Tensor, distance: tf.Tensor) => void,
): tf.Tensor2D {
  return differentiable<tf.Tensor2D>([x], ([given]) => {
    const rows = given as tf.Tensor2D;
    const value = tf.tidy(() => {
      const means = meanOverTokens(batch, true);
      const mean = tf.matMul(means, rows) as tf.Tensor2D;
      const square = tf.mean(tf.matMul(means, tf.square(rows)), 0);
      const center = tf.mean(mean, 0, true);
      const away = tf.norm(tf.sub(mean, usual?.mean ?? center), 2, 1, true);
      // Before anything is usual the batch's own spread: a distance that is kept is always in spreads.
      const spread = usual?.spread ?? tf.sqrt(tf.sum(tf.relu(tf.sub(square, tf.square(center)))));
      const distance = tf.div(away, tf.add(spread, 1e-6));
      note(tf.reshape(center, [-1]), square, tf.mean(distance, 0));
      if (usual === undefined) return tf.ones([rows.shape[0], 1]) as tf.Tensor2D;
      const factor = tf.add(tf.mul(tf.tanh(tf.sub(distance, usual.distance)), strength), 1);
      return tf.reshape(tf.tile(factor, [1, batch.length]), [-1, 1]) as tf.Tensor2D;
    });
    return { value, saved: [], gradient: () => [tf.zeros(rows.shape)] };
  });
}
