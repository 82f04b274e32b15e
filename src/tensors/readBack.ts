import * as tf from '@tensorflow/tfjs';
import type { Later } from './later';
import { requireSoundGpu } from './webgpu/faults';

interface Waiting {
  /** Flat, and ours alone. */
  readonly numbers: tf.Tensor1D;
  readonly resolve: (values: Float32Array) => void;
  readonly reject: (error: unknown) => void;
}

/** Reads that were asked for in this turn; they go to the card as one. */
let waiting: Waiting[] = [];
/** More numbers than this are read by themselves: joining them would cost more than a second reading. */
const joinedNumbers = 1 << 18;

/**
 * The numbers of a float32 tensor, which stays its owner's and may be freed at once. On WebGPU they come when all work that
 * was given to the card before is done; everywhere else they are there.
 * @throws LabError (also as a rejection) device-lost, device-failed, out-of-memory where the card did not do that work
 */
export function readNumbers(x: tf.Tensor): Later<Float32Array> {
  if (tf.getBackend() !== 'webgpu') return x.dataSync() as Float32Array;
  if (x.size === 0) return new Float32Array();
  const numbers = tf.keep(tf.tidy(() => tf.reshape(x, [-1]) as tf.Tensor1D));
  if (x.size > joinedNumbers) return read(numbers);
  return new Promise<Float32Array>((resolve, reject) => {
    if (waiting.length === 0) queueMicrotask(readWaiting);
    waiting.push({ numbers, resolve, reject });
  });
}

function readWaiting(): void {
  const asked = waiting;
  waiting = [];
  const parts = asked.map(({ numbers }) => numbers);
  const joined = tf.keep(tf.tidy(() => tf.concat1d(parts)));
  tf.dispose(parts);
  read(joined).then(
    (values) => {
      let from = 0;
      asked.forEach(({ resolve }, index) => {
        const { size } = parts[index] as tf.Tensor1D;
        resolve(values.subarray(from, (from += size)));
      });
    },
    (error: unknown) => asked.forEach(({ reject }) => reject(error)),
  );
}

/** @param numbers freed when they were read: tfjs's WebGPU backend notes what it read in the tensor */
async function read(numbers: tf.Tensor1D): Promise<Float32Array> {
  try {
    const values = (await numbers.data()) as Float32Array;
    // A card that could not do its work gives numbers all the same, mostly zeros.
    requireSoundGpu();
    return values;
  } catch (error) {
    requireSoundGpu();
    throw error;
  } finally {
    numbers.dispose();
  }
}
