import * as tf from '@tensorflow/tfjs';
import { floatView, intView, wasmBackend } from '../wasmHeap';

/** Kernels that tfjs's wasm backend lacks or has in a wasteful form. */
export function registerMissingKernels(): void {
  shareIdentity();
  addUnsortedSegmentSum();
}

/** Stock `Identity` copies the data, and the gradient tape clones often: share the buffer instead. */
function shareIdentity(): void {
  tf.unregisterKernel('Identity', 'wasm');
  tf.registerKernel({
    kernelName: 'Identity',
    backendName: 'wasm',
    kernelFunc: ({ inputs }) => {
      const x = (inputs as unknown as { x: tf.TensorInfo }).x;
      wasmBackend().incRef(x.dataId);
      return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
    },
  });
}

/**
 * The gradient of `gather`, so of an embedding: rows of x are added up by segment id. Rows of one segment are added in
 * float32 in their order, as on the other backends. Negative ids are dropped.
 */
function addUnsortedSegmentSum(): void {
  tf.registerKernel({
    kernelName: 'UnsortedSegmentSum',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const { x, segmentIds } = inputs as unknown as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
      const { numSegments } = attrs as unknown as { numSegments: number };
      const rows = tf.util.sizeFromShape(segmentIds.shape);
      const rowShape = x.shape.slice(segmentIds.shape.length);
      const width = tf.util.sizeFromShape(rowShape);
      const out = wasmBackend().makeOutput([numSegments, ...rowShape], 'float32');
      const sums = floatView(out).fill(0);
      const values = floatView(x);
      const ids = intView(segmentIds);
      for (let row = 0; row < rows; row++) {
        const segment = ids[row] ?? -1;
        if (segment < 0 || segment >= numSegments) continue;
        const from = row * width;
        const to = segment * width;
        for (let column = 0; column < width; column++) {
          sums[to + column] = (sums[to + column] ?? 0) + (values[from + column] ?? 0);
        }
      }
      return out;
    },
  });
}
