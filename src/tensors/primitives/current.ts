import * as tf from '@tensorflow/tfjs';
import { hasHeapKernels } from '../kernels/heapKernels';
import { composed } from './composed';
import { heap } from './heap';
import type { Primitives } from './primitives';

/** The primitives of the current device: our own kernels where its tensors lie on tfjs's wasm heap. */
export const primitives = (): Primitives =>
  tf.getBackend() === 'wasm' && hasHeapKernels() ? heap : composed;
