import * as tf from '@tensorflow/tfjs';
import { allocatedBytes } from './webgpu/pool';

/** Bytes of a card that tensors and kept buffers take; undefined where none computes, or none tells: CUDA's library does not. */
export const cardBytes = (): number | undefined =>
  tf.getBackend() === 'webgpu' ? allocatedBytes(tf.backend()) : undefined;
