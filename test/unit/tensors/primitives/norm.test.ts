import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import type { NormForm } from '../../../../src/tensors/primitives/primitives';
import { close } from '../close';
import { numbers } from '../numbers';
import { differences, onEveryWay, pointwise } from './ways';

interface Case {
  readonly rows: number;
  readonly width: number;
  readonly form: NormForm;
  readonly weight: boolean;
  readonly bias: boolean;
}

const shapes = [
  [1, 1],
  [1, 2],
  [3, 3],
  [2, 7],
  [5, 8],
  [3, 17],
  [2, 129],
] as const;

const cases: readonly Case[] = shapes.flatMap(([rows, width]) =>
  (['layer', 'rms'] as const).flatMap((kind) =>
    ([0, 1] as const).map((weightOffset) => ({
      ...{ rows, width, weight: true, bias: kind === 'layer' },
      form: { kind, epsilon: kind === 'layer' ? 1e-5 : 1e-2, weightOffset },
    })),
  ),
);
const bare: Case = {
  ...{ rows: 3, width: 10, weight: false, bias: false },
  form: { kind: 'layer', epsilon: 1e-5, weightOffset: 0 },
};

const meanOf = (row: Float64Array, { kind }: NormForm): number =>
  kind === 'layer' ? row.reduce((sum, x) => sum + x, 0) / row.length : 0;

function inverseOf(row: Float64Array, form: NormForm): number {
  const mean = meanOf(row, form);
  return 1 / Math.sqrt(row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / row.length + form.epsilon);
}

/** One row by the definition. */
function exactRow(row: Float64Array, weight: Float64Array, bias: Float64Array, form: NormForm): Float64Array {
  const [mean, inverse] = [meanOf(row, form), inverseOf(row, form)];
  return row.map((x, i) => (x - mean) * inverse * weight[i]! + bias[i]!);
}

onEveryWay('norm', (way) => {
  const check = async (of: Case, tolerance: number): Promise<void> => {
    const { rows, width, form } = of;
    const values = numbers(rows * width, width).map((value) => 3 * value);
    const [weights, biases, dy] = [numbers(width, 2), numbers(width, 3), numbers(rows * width, 4)];
    const result = await way.run((primitives) => {
      const x = tf.tensor2d(values, [rows, width]);
      const given = {
        ...(of.weight ? { weight: tf.tensor1d(weights) } : {}),
        ...(of.bias ? { bias: tf.tensor1d(biases) } : {}),
      };
      const { value, stats } = primitives.norm(x, given, form);
      assert.deepEqual(stats.shape, [rows, 2]);
      const gradient = primitives.normGradient(x, given, stats, tf.tensor2d(dy, [rows, width]), form);
      assert.deepEqual([value.shape, gradient.shape], [x.shape, x.shape]);
      return { value: value.dataSync(), gradient: gradient.dataSync() };
    });
    const weight = Float64Array.from(weights, (w) => (of.weight ? w + form.weightOffset : 1));
    const bias = Float64Array.from(biases, (b) => (of.bias ? b : 0));
    for (let row = 0; row < rows; row++) {
      const part = (all: ArrayLike<number>): Float64Array =>
        Float64Array.from(all).subarray(row * width, (row + 1) * width);
      const f = (x: Float64Array): Float64Array => exactRow(x, weight, bias, form);
      const what = `${JSON.stringify(of)}, row ${row}`;
      close(part(result.value), f(part(values)), tolerance, `value, ${what}`);
      // Its terms cancel where a row is short: what counts is their size, that of an entry of dy through a lone x.
      const terms = part(values).map(
        (_, i) => Math.abs(part(dy)[i]! * weight[i]!) * inverseOf(part(values), form),
      );
      const absolute = tolerance * Math.max(...terms);
      pointwise(
        part(result.gradient),
        differences(f, part(values), part(dy)),
        { absolute },
        `gradient, ${what}`,
      );
    }
  };

  it('value and gradient equal the definition for odd shapes, both kinds and weight offsets', async () => {
    for (const of of [...cases, bare]) await check(of, 1e-6);
  });

  it('keeps its digits for long rows far from 0', async () => {
    const width = 4097;
    const values = numbers(width, 1).map((x) => x + 1000);
    const value = await way.run((primitives) =>
      primitives.norm(tf.tensor2d(values, [1, width]), {}, bare.form).value.dataSync(),
    );
    const ones = new Float64Array(width).fill(1);
    close(
      value,
      exactRow(Float64Array.from(values), ones, new Float64Array(width), bare.form),
      way.ours ? 1e-6 : 1e-3,
      'value',
    );
  });

  it('keeps NaN in its row', async () => {
    const value = await way.run((primitives) => {
      const x = tf.tensor2d([1, NaN, 2, 3, 1, 2, 3, 4], [2, 4]);
      return primitives.norm(x, {}, bare.form).value.dataSync();
    });
    assert.deepEqual([...value].map(Number.isNaN), [true, true, true, true, false, false, false, false]);
  });
});
