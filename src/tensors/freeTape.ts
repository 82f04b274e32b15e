import * as tf from '@tensorflow/tfjs';

/**
 * Runs a differentiation. tfjs frees what operations saved for the backward pass only where that pass ends well: after a
 * full heap or a loss that is not finite it would stay for the life of the process, and the next try would have less room.
 */
export function freeingTape<T extends tf.TensorContainer>(differentiate: () => T): T {
  try {
    return tf.tidy(differentiate);
  } catch (error) {
    const { state } = tf.engine();
    for (const { saved } of state.activeTape ?? []) tf.dispose(saved ?? []);
    state.activeTape = [];
    throw error;
  }
}
