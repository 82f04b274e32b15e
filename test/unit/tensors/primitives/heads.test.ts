import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import type { HeadLayout, RotaryTables } from '../../../../src/tensors/primitives/primitives';
import { numbers } from '../numbers';
import { onEveryWay, pointwise } from './ways';

interface Case {
  readonly batch: number;
  readonly length: number;
  readonly columns: number;
  /** Together they fill the columns. */
  readonly layouts: readonly HeadLayout[];
  /** Entries of a head that turn; 0: no rotary embedding. */
  readonly dims: number;
}

/** Heads of one projection, side by side. */
const side = (heads: number, headSize: number, offset = 0): HeadLayout => ({
  heads,
  headSize,
  offset,
  stride: headSize,
});

const cases: readonly Case[] = [
  { batch: 1, length: 1, columns: 1, layouts: [side(1, 1)], dims: 0 },
  { batch: 1, length: 1, columns: 2, layouts: [side(1, 2)], dims: 2 },
  { batch: 2, length: 3, columns: 20, layouts: [side(4, 5)], dims: 0 },
  // Queries in groups beside fewer keys and values, as in one projection of Phi.
  { batch: 2, length: 3, columns: 32, layouts: [side(4, 4), side(2, 4, 16), side(2, 4, 24)], dims: 4 },
  // Each head's query, key and value side by side, a part of the head turning, as in GPT-NeoX.
  ...[2, 4, 6].map((dims) => ({
    ...{ batch: 3, length: 17, columns: 54, dims },
    layouts: [0, 6, 12].map((offset) => ({ heads: 3, headSize: 6, offset, stride: 18 })),
  })),
  { batch: 1, length: 129, columns: 34, layouts: [side(2, 17)], dims: 10 },
  { batch: 2, length: 5, columns: 128, layouts: [side(2, 64)], dims: 64 },
];

/** Longer than the batch, as a model's tables are. */
const angles = ({ length, dims }: Case): Float32Array =>
  numbers((length + 2) * (dims / 2), 5).map((x) => 3 * x);

function tables(of: Case): RotaryTables | undefined {
  if (of.dims === 0) return undefined;
  const shape: [number, number] = [of.length + 2, of.dims / 2];
  return {
    dims: of.dims,
    cos: tf.tensor2d(angles(of).map(Math.cos), shape),
    sin: tf.tensor2d(angles(of).map(Math.sin), shape),
  };
}

/** The heads of one layout by the definition: [batch, heads, length, head size]. */
function exactHeads(x: Float32Array, of: Case, layout: HeadLayout): number[] {
  const half = of.dims / 2;
  const turn = angles(of);
  const out: number[] = [];
  for (let sample = 0; sample < of.batch; sample++) {
    for (let head = 0; head < layout.heads; head++) {
      for (let at = 0; at < of.length; at++) {
        const from = (sample * of.length + at) * of.columns + layout.offset + head * layout.stride;
        for (let i = 0; i < layout.headSize; i++) {
          const angle = i < of.dims ? turn[at * half + (i % half)]! : 0;
          const other = i < half ? -x[from + i + half]! : i < of.dims ? x[from + i - half]! : 0;
          out.push(x[from + i]! * Math.cos(angle) + other * Math.sin(angle));
        }
      }
    }
  }
  return out;
}

onEveryWay('heads', (way) => {
  it('are cut out of every layout and turned as the definition says', async () => {
    for (const of of cases) {
      const x = numbers(of.batch * of.length * of.columns, 6);
      for (const layout of of.layouts) {
        const heads = await way.run((primitives) => {
          const rows = tf.tensor2d(x, [of.batch * of.length, of.columns]);
          const out = primitives.splitHeads(rows, layout, of.batch, tables(of));
          assert.deepEqual(out.shape, [of.batch, layout.heads, of.length, layout.headSize]);
          return out.dataSync();
        });
        pointwise(heads, exactHeads(x, of, layout), { absolute: 3e-7 }, JSON.stringify({ ...of, layout }));
      }
    }
  });

  it('are joined to what they were cut from, which is the gradient too', async () => {
    for (const of of cases) {
      const x = numbers(of.batch * of.length * of.columns, 7);
      const joined = await way.run((primitives) => {
        const rows = tf.tensor2d(x, [of.batch * of.length, of.columns]);
        const rotary = tables(of);
        const parts = of.layouts.map((layout, index) => {
          // The last part does not turn, as values do not.
          const turn = index === 2 ? undefined : rotary;
          return { values: primitives.splitHeads(rows, layout, of.batch, turn), layout, rotary: turn };
        });
        const out = primitives.joinHeads(parts, of.columns);
        assert.deepEqual(out.shape, rows.shape);
        return out.dataSync();
      });
      pointwise(joined, x, { absolute: 3e-7 }, JSON.stringify(of));
    }
  });

  it('take tensors that are other shapes of the same data', async () => {
    const x = numbers(24, 8);
    const of: Case = { batch: 2, length: 3, columns: 4, layouts: [], dims: 0 };
    const heads = await way.run((primitives) => {
      const rows = tf.reshape(tf.tensor1d(x), [6, 4]) as tf.Tensor2D;
      return primitives.splitHeads(rows, side(2, 2), 2).dataSync();
    });
    pointwise(heads, exactHeads(x, of, side(2, 2)), {}, 'reshaped');
  });
});
