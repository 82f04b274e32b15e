import * as tf from '@tensorflow/tfjs';
import { floatView, wasmBackend } from './wasmHeap';

/**
 * A float32 tensor whose numbers are written by `fill`. On the WebAssembly devices they are written where the tensor lies,
 * without a second copy in JavaScript: a large block of weights is there once.
 * @param fill gets as many zeros or leftovers as `shape` has entries, and overwrites all of them; it makes no tensors
 */
export function tensorFrom(shape: readonly number[], fill: (target: Float32Array) => void): tf.Tensor {
  const size = tf.util.sizeFromShape([...shape]);
  if (tf.getBackend() !== 'wasm' || size === 0) {
    const values = new Float32Array(size);
    fill(values);
    return tf.tensor(values, [...shape], 'float32');
  }
  const info = wasmBackend().makeOutput([...shape], 'float32');
  const tensor = tf.engine().makeTensorFromTensorInfo(info);
  try {
    fill(floatView(info));
  } catch (error) {
    tensor.dispose();
    throw error;
  }
  return tensor;
}
