import * as tf from '@tensorflow/tfjs';

/**
 * Runs graph code on tfjs's plain JavaScript backend and switches back. Data lies in one backend: make tensors inside,
 * give numbers back.
 */
export async function onCpu<T>(run: () => T | Promise<T>): Promise<T> {
  const before = tf.getBackend();
  await tf.setBackend('cpu');
  try {
    return await run();
  } finally {
    await tf.setBackend(before);
  }
}
