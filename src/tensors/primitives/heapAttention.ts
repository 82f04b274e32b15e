import type * as tf from '@tensorflow/tfjs';
import { heapKernels } from '../kernels/heapKernels';
import { withScratch } from '../wasmHeap';
import { at, atOrNone, newTensor, put } from './heapTensors';
import type { AttentionForm, HeadLayout, Primitives, RotaryTables } from './primitives';

type AttentionPrimitives = Pick<Primitives, 'splitHeads' | 'joinHeads' | 'shares' | 'sharesGradient'>;

/** The parts of attention by our own kernels. What is masked is not computed: a causal product costs half. */
export const heapAttention: AttentionPrimitives = {
  splitHeads(x, layout, batch, rotary) {
    const [rows, columns] = x.shape;
    const length = rows / batch;
    const heads = newTensor<tf.Tensor4D>([batch, layout.heads, length, layout.headSize]);
    heapKernels().splitHeads(at(x), at(heads), batch, length, columns, ...headSizes(layout), ...turn(rotary));
    return heads;
  },

  joinHeads(parts, columns) {
    const [batch = 0, , length = 0] = parts[0]?.values.shape ?? [];
    const x = newTensor<tf.Tensor2D>([batch * length, columns]);
    for (const { values, layout, rotary } of parts) {
      const to = [at(values), at(x), batch, length, columns] as const;
      heapKernels().joinHeads(...to, ...headSizes(layout), ...turn(rotary));
    }
    return x;
  },

  shares(consumed, form) {
    const slopes = form.cap === undefined ? undefined : newTensor<tf.Tensor4D>(consumed.shape);
    withSizes(consumed, form, (sizes) => {
      heapKernels().shares(at(consumed), atOrNone(slopes), ...sizes, form.scale, form.cap ?? 0);
    });
    return slopes === undefined ? { shares: consumed } : { shares: consumed, slopes };
  },

  sharesGradient(consumed, shares, slopes, form) {
    withSizes(consumed, form, (sizes) => {
      heapKernels().sharesGradient(at(consumed), at(shares), atOrNone(slopes), ...sizes, form.scale);
    });
    return consumed;
  },
};

const headSizes = ({ heads, headSize, offset, stride }: HeadLayout) =>
  [heads, headSize, offset, stride] as const;

const turn = (rotary: RotaryTables | undefined) =>
  rotary === undefined ? ([0, 0, 0] as const) : ([rotary.dims / 2, at(rotary.cos), at(rotary.sin)] as const);

type Sizes = [
  ...[batch: number, heads: number, rows: number, length: number],
  ...[lengths: number, causal: 0 | 1, window: number],
];

/** With the samples' lengths on the heap while the kernel runs. */
function withSizes(x: tf.Tensor4D, form: AttentionForm, run: (sizes: Sizes) => void): void {
  const [batch, heads, rows] = x.shape;
  withScratch(4 * batch, (lengths) => {
    put(form.lengths.subarray(0, batch), lengths);
    run([batch, heads, rows, form.length, lengths, form.causal ? 1 : 0, form.window ?? 0]);
  });
}
