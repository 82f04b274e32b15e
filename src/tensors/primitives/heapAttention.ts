import type * as tf from '@tensorflow/tfjs';
import { heapKernels } from '../kernels/heapKernels';
import { withScratch } from '../wasmHeap';
import { at, atOrNone, ensure, newTensor, put, sameSize } from './heapTensors';
import type { AttentionForm, HeadLayout, Primitives, RotaryTables } from './primitives';

type AttentionPrimitives = Pick<Primitives, 'splitHeads' | 'joinHeads' | 'shares' | 'sharesGradient'>;

/** The parts of attention by our own kernels. What is masked is not computed: a causal product costs half. */
export const heapAttention: AttentionPrimitives = {
  splitHeads(x, layout, batch, rotary) {
    const [rows, columns] = x.shape;
    const length = rows / batch;
    ensure(Number.isInteger(length), `${rows} rows of ${batch} samples`);
    checkLayout(layout, columns, length, rotary);
    const heads = newTensor<tf.Tensor4D>([batch, layout.heads, length, layout.headSize]);
    heapKernels().splitHeads(at(x), at(heads), batch, length, columns, ...headSizes(layout), ...turn(rotary));
    return heads;
  },

  joinHeads(parts, columns) {
    const [batch = 0, , length = 0] = parts[0]?.values.shape ?? [];
    const x = newTensor<tf.Tensor2D>([batch * length, columns]);
    const filled = parts.reduce((sum, { layout }) => sum + layout.heads * layout.headSize, 0);
    ensure(filled === columns, `parts of ${filled} columns for ${columns}`);
    for (const { values, layout, rotary } of parts) {
      checkLayout(layout, columns, length, rotary);
      ensure(values.size === batch * length * layout.heads * layout.headSize, 'heads of another layout');
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
    sameSize(consumed, shares, slopes);
    withSizes(consumed, form, (sizes) => {
      heapKernels().sharesGradient(at(consumed), at(shares), atOrNone(slopes), ...sizes, form.scale);
    });
    return consumed;
  },
};

function checkLayout(
  layout: HeadLayout,
  columns: number,
  length: number,
  rotary: RotaryTables | undefined,
): void {
  const { heads, headSize, offset, stride } = layout;
  ensure(
    heads === 0 || offset + (heads - 1) * stride + headSize <= columns,
    `heads behind ${columns} columns`,
  );
  if (rotary === undefined) return;
  const half = rotary.dims / 2;
  ensure(Number.isInteger(half) && rotary.dims <= headSize, `${rotary.dims} of ${headSize} entries to turn`);
  const positions = Math.min(rotary.cos.size, rotary.sin.size) / half;
  ensure(
    rotary.cos.shape[1] === half && positions >= length,
    `rotary tables of ${positions} positions for ${length}`,
  );
}

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
  const [batch, heads, rows, length] = x.shape;
  ensure(length === form.length && form.lengths.length >= batch, 'a mask of another batch');
  withScratch(4 * batch, (lengths) => {
    put(form.lengths.subarray(0, batch), lengths);
    run([batch, heads, rows, length, lengths, form.causal ? 1 : 0, form.window ?? 0]);
  });
}
