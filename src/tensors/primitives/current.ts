import * as tf from '@tensorflow/tfjs';
import { hasHeapKernels } from '../kernels/heapKernels';
import { composed } from './composed';
import { heap } from './heap';
import { onCard } from './onCard';
import type { Primitives } from './primitives';

/** The primitives of the current device: our own kernels where its tensors lie on tfjs's wasm heap. */
export function primitives(): Primitives {
  const backend = tf.getBackend();
  if (backend === 'wasm') return hasHeapKernels() ? heap : composed;
  return backend === 'webgpu' || backend === 'tensorflow' ? onCard : composed;
}
