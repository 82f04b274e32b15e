import type * as tf from '@tensorflow/tfjs';
import { openDevice } from '../../../../src/tensors/device';
import { attention, type AttentionInputs } from '../../../../src/tensors/ops/attention';
import type { AttentionForm, HeadLayout } from '../../../../src/tensors/primitives/primitives';
import { checkGradients, random, type Input } from '../gradients';
import { exactAttention, type ExactRotary } from './exactAttention';

interface Case {
  readonly what: string;
  /** Columns of each projection, fused or separate. */
  readonly columns: readonly number[];
  readonly layouts: readonly [q: HeadLayout, k: HeadLayout, v: HeadLayout];
  readonly lengths: readonly number[];
  readonly causal?: boolean;
  readonly window?: number;
  readonly cap?: number;
  /** Entries of a head that turn. */
  readonly turns?: number;
}

const heads = (count: number, headSize: number, offset = 0, stride = headSize): HeadLayout => ({
  heads: count,
  headSize,
  offset,
  stride,
});
/** Rotary embedding of base 100, so that every pair turns noticeably. */
const rotaryOf = (dims: number): ExactRotary => ({
  dims,
  angle: (position, i) => position * 100 ** ((-2 * i) / dims),
});

const separate = { columns: [8, 8, 8], layouts: [heads(2, 4), heads(2, 4), heads(2, 4)] } as const;
const grouped = { columns: [24, 12, 12], layouts: [heads(4, 6), heads(2, 6), heads(2, 6)] } as const;
const thirds = { columns: [24], layouts: [heads(2, 4), heads(2, 4, 8), heads(2, 4, 16)] } as const;
const cases: readonly Case[] = [
  { what: 'three projections', ...separate, lengths: [4] },
  { what: 'a single position', ...separate, lengths: [1] },
  { what: 'padding, every token sees every other', ...separate, lengths: [5, 2], causal: false },
  { what: 'grouped heads, all of a head turns, padding', ...grouped, lengths: [5, 3], turns: 6 },
  { what: 'grouped heads, part of a head turns, a window', ...grouped, lengths: [5, 4], turns: 4, window: 2 },
  {
    what: 'one key and value head',
    columns: [8, 4, 4],
    layouts: [heads(2, 4), heads(1, 4), heads(1, 4)],
    lengths: [4, 4],
  },
  { what: 'fused, in thirds (GPT-2)', ...thirds, lengths: [4, 3] },
  { what: 'fused, in thirds, a cap and a window', ...thirds, lengths: [5, 4], cap: 0.4, window: 3 },
  {
    what: 'fused, head by head, part of a head turns (GPT-NeoX)',
    columns: [24],
    layouts: [heads(2, 4, 0, 12), heads(2, 4, 4, 12), heads(2, 4, 8, 12)],
    lengths: [4, 3],
    turns: 2,
  },
  {
    what: 'fused with grouped heads (Phi-3)',
    columns: [32],
    layouts: [heads(4, 4), heads(2, 4, 16), heads(2, 4, 24)],
    lengths: [4, 2],
    turns: 4,
  },
  { what: 'a cap, grouped heads, all of a head turns', ...grouped, lengths: [3, 2], turns: 6, cap: 0.4 },
];

function tablesOf(rotary: ExactRotary, length: number): Input[] {
  const half = rotary.dims / 2;
  return [Math.cos, Math.sin].map((f) => ({
    shape: [length, half],
    values: Float32Array.from({ length: length * half }, (_, index) =>
      f(rotary.angle(Math.floor(index / half), index % half)),
    ),
  }));
}

describe('attention: value and gradients equal the definition', () => {
  before(() => openDevice('native', 1));

  for (const { what, columns, layouts, lengths, turns, causal = true, window, cap } of cases) {
    it(what, async () => {
      const [q, k, v] = layouts;
      const batch = lengths.length;
      const length = Math.max(...lengths);
      const form: AttentionForm = {
        length,
        causal,
        window,
        cap,
        scale: 0.7,
        lengths: Int32Array.from(lengths),
      };
      const rotary = turns === undefined ? undefined : rotaryOf(turns);
      await checkGradients(
        {
          ours: (projections, [cos, sin]) => {
            const tables = { dims: turns ?? 0, cos: cos as tf.Tensor2D, sin: sin as tf.Tensor2D };
            const inputs = { projections, q, k, v } as unknown as AttentionInputs;
            return attention(inputs, batch, form, turns === undefined ? undefined : tables);
          },
          exact: (...projections) => exactAttention({ q, k, v, batch, form, rotary }, projections),
        },
        columns.map((count, which) => random(20 + which, 1.5, batch * length, count)),
        rotary === undefined ? [] : tablesOf(rotary, length),
      );
    });
  }
});
