import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import type { AttentionForm } from '../../../../src/tensors/primitives/primitives';
import { close } from '../close';
import { numbers } from '../numbers';
import { differences, onEveryWay } from './ways';

interface Case {
  readonly batch: number;
  readonly heads: number;
  readonly group: number;
  readonly form: AttentionForm;
  /** Factor of products between -1 and 1. */
  readonly size: number;
}

const form = (length: number, lengths: number[], more: Partial<AttentionForm> = {}): AttentionForm => ({
  length,
  causal: true,
  lengths: Int32Array.from(lengths),
  scale: 0.37,
  ...more,
});
const one = { batch: 1, heads: 1, group: 1, size: 5 };

const cases: readonly Case[] = [
  { ...one, form: form(1, [1]) },
  { ...one, form: form(2, [2]) },
  { ...one, batch: 2, heads: 3, form: form(3, [3, 1]) },
  { ...one, batch: 2, heads: 3, form: form(3, [3, 1], { causal: false }) },
  { ...one, batch: 3, heads: 2, group: 3, form: form(7, [7, 4, 1], { window: 3 }) },
  { ...one, batch: 3, heads: 2, group: 2, form: form(9, [9, 5, 2], { window: 1 }) },
  { ...one, batch: 2, group: 2, form: form(17, [17, 16], { cap: 2 }) },
  { ...one, batch: 2, group: 2, form: form(17, [12, 3], { cap: 2, window: 4, causal: false }) },
  // A sample of padding alone: every row sees itself.
  { ...one, batch: 2, form: form(5, [0, 5], { causal: false, cap: 1 }) },
  { ...one, form: form(129, [129]) },
  { ...one, form: form(64, [33], { causal: false }) },
  // All but the largest vanish; exp of the products themselves would be infinite.
  { ...one, size: 3e4, heads: 2, form: form(11, [11]) },
  { ...one, size: 3e4, heads: 2, form: form(11, [11], { cap: 50 }) },
];

/** The positions that a row sees. */
function seen(row: number, sample: number, { length, causal, window, lengths }: AttentionForm): number[] {
  const at = row % length;
  const positions = Array.from({ length }, (_, position) => position).filter(
    (position) =>
      position < lengths[sample]! &&
      (!causal || position <= at) &&
      (window === undefined || position > at - window),
  );
  return positions.length === 0 ? [at] : positions;
}

/** One row's shares by the definition; 0 where it does not see. */
function exactRow(products: Float64Array, positions: number[], { scale, cap }: AttentionForm): Float64Array {
  const scaled = products.map((z) => (cap === undefined ? z * scale : cap * Math.tanh((z * scale) / cap)));
  const largest = Math.max(...positions.map((position) => scaled[position]!));
  const powers = products.map((_, i) => (positions.includes(i) ? Math.exp(scaled[i]! - largest) : 0));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

onEveryWay('attention', (way) => {
  it('shares and their gradient equal the definition for every mask', async () => {
    for (const of of cases) {
      const { batch, heads, group } = of;
      const { length } = of.form;
      const shape: [number, number, number, number] = [batch, heads, group * length, length];
      const count = batch * heads * group * length * length;
      const products = numbers(count, 9).map((z) => z * of.size);
      const dy = numbers(count, 10);
      const result = await way.run((primitives) => {
        const { shares, slopes } = primitives.shares(tf.tensor4d(products, shape), of.form);
        assert.deepEqual(
          [shares.shape, slopes?.shape],
          [shape, of.form.cap === undefined ? undefined : shape],
        );
        const values = shares.dataSync();
        const gradient = primitives.sharesGradient(tf.tensor4d(dy, shape), shares, slopes, of.form);
        assert.deepEqual(gradient.shape, shape);
        return { shares: values, kept: shares.dataSync(), gradient: gradient.dataSync() };
      });
      assert.deepEqual(result.kept, result.shares, 'the gradient reads the shares alone');
      for (let row = 0; row < batch * heads * group * length; row++) {
        const part = (all: Float32Array | tf.TypedArray): Float64Array =>
          Float64Array.from(all.subarray(row * length, (row + 1) * length));
        const positions = seen(row, Math.floor(row / (heads * group * length)), of.form);
        const f = (z: Float64Array): Float64Array => exactRow(z, positions, of.form);
        const what = `${JSON.stringify(of)}, row ${row}`;
        const [expected, slope] = [f(part(products)), differences(f, part(products), part(dy), 1e-4)];
        // Products of 10,000 are themselves rounded to a thousandth.
        const tolerance = of.size > 100 ? 3e-3 : 2e-6;
        close(part(result.shares), expected, tolerance, `shares, ${what}`);
        part(result.shares).forEach((share, i) => assert.ok(positions.includes(i) || share === 0, what));
        // Of one position the share is 1 whatever the product: rounding alone would be compared.
        part(result.gradient).forEach((entry, i) => {
          assert.ok(Math.abs(entry - slope[i]!) <= tolerance * of.form.scale, `gradient, ${what}: ${entry}`);
          assert.ok(positions.includes(i) || entry === 0, what);
        });
      }
    }
  });

  if (way.ours) {
    it('does not look at what is masked, and keeps NaN in its row', async () => {
      const shares = await way.run((primitives) => {
        const products = tf.tensor4d([1, NaN, NaN, 2, 2, Infinity, NaN, 1, 1], [1, 1, 3, 3]);
        return primitives.shares(products, form(3, [3])).shares.dataSync();
      });
      assert.deepEqual([...shares.subarray(0, 6)], [1, 0, 0, 0.5, 0.5, 0]);
      assert.ok([...shares.subarray(6)].every(Number.isNaN));
    });
  }
});
