import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { openDevice } from '../../src/tensors/device';
import type { Later } from '../../src/tensors/later';
import { composed } from '../../src/tensors/primitives/composed';
import { primitives } from '../../src/tensors/primitives/current';
import { onCard } from '../../src/tensors/primitives/onCard';
import {
  activations,
  type AttentionForm,
  type Primitives,
  type RotaryTables,
} from '../../src/tensors/primitives/primitives';
import { readNumbers } from '../../src/tensors/readBack';
import { close } from '../unit/tensors/close';
import { numbers } from '../unit/tensors/numbers';
import { onCpu } from '../unit/tensors/onCpu';

/** What a primitive gives: tensors, or numbers that come back by themselves. */
type Given = tf.Tensor | Later<ArrayLike<number> | number>;

const matrix = (rows: number, columns: number, seed: number, size = 1): tf.Tensor2D =>
  tf.tensor2d(
    numbers(rows * columns, seed).map((x) => size * x),
    [rows, columns],
  );
const vector = (count: number, seed: number): tf.Tensor1D => tf.tensor1d(numbers(count, seed));
const products = (batch: number, heads: number, rows: number, length: number, seed: number): tf.Tensor4D =>
  tf.tensor4d(
    numbers(batch * heads * rows * length, seed).map((x) => 6 * x),
    [batch, heads, rows, length],
  );
const layer = { kind: 'layer', epsilon: 1e-3, weightOffset: 0 } as const;
const rms = { kind: 'rms', epsilon: 1e-3, weightOffset: 1 } as const;
const heads = { heads: 3, headSize: 6, offset: 4, stride: 8 };
const rotary = (): RotaryTables => ({ dims: 4, cos: matrix(9, 2, 5), sin: matrix(9, 2, 6) });
const form: AttentionForm = {
  length: 7,
  causal: true,
  window: 4,
  lengths: Int32Array.of(7, 3),
  scale: 0.4,
  cap: 3,
};

const cases: Readonly<Record<string, (use: Primitives) => readonly Given[]>> = {
  'layer norm': (use) => {
    const { value, stats } = use.norm(
      matrix(5, 67, 1),
      { weight: vector(67, 2), bias: vector(67, 3) },
      layer,
    );
    return [value, stats];
  },
  'the gradient of a root mean square norm': (use) => {
    const [x, weights] = [matrix(5, 67, 1), { weight: vector(67, 2) }];
    return [use.normGradient(x, weights, use.norm(x, weights, rms).stats, matrix(5, 67, 4), rms)];
  },
  ...Object.fromEntries(
    activations.map((kind) => [
      `${kind} with slope, and gated`,
      (use: Primitives): readonly Given[] => {
        const [x, up, dy] = [matrix(9, 31, 1, 8), matrix(9, 31, 2), matrix(9, 31, 3)];
        const { value, slope } = use.activationAndSlope(x, kind);
        const gradients = use.gatedGradient(x, up, dy, kind);
        return [value, slope, use.gated(x, up, kind), gradients.gate, gradients.up];
      },
    ]),
  ),
  'heads, split, turned and joined': (use) => {
    const split = use.splitHeads(matrix(2 * 7, 28, 1), heads, 2, rotary());
    const narrow = { ...heads, offset: 0, stride: 6 };
    return [split, use.joinHeads([{ values: split, layout: narrow, rotary: rotary() }], 18)];
  },
  'shares of attention and their gradient': (use) => {
    const { shares, slopes } = use.shares(products(2, 2, 14, 7, 1), form);
    return [shares, use.sharesGradient(products(2, 2, 14, 7, 2), shares, slopes, form)];
  },
  'sums of exponentials, and the gradient of a loss': (use) => {
    const logits = matrix(6, 5003, 1, 12);
    const sums = use.logSumExp(logits);
    const logSum = Float64Array.from([9, 10, 11, 9.5, 12, 10]);
    const targets = Int32Array.of(0, 5002, 17, -1, 6000, 3);
    const gradient = use.crossEntropyGradient(logits.clone(), logSum, targets, numbers(6, 3));
    const both = async (): Promise<number[]> => {
      const { largest, sum } = await sums;
      return [...largest, ...sum];
    };
    return [both(), gradient];
  },
  'long sums of products': (use) => [
    use.dots(matrix(3, 4096 * 2, 1), matrix(3, 4096 * 2, 2)),
    use.dots(matrix(3, 9001, 1), matrix(3, 9001, 2)),
    use.dots(matrix(4, 5, 1), matrix(4, 5, 2)),
    use.absoluteDot(matrix(3, 9001, 1), matrix(3, 9001, 2)),
  ],
  'a soft cap, a bias and a sum': (use) => {
    const { value, slopes } = use.softCap(matrix(5, 9, 1, 40), 7);
    return [
      value,
      slopes,
      use.addBias(matrix(5, 9, 2), vector(9, 3)),
      use.addInto(matrix(5, 9, 4), matrix(5, 9, 5)),
    ];
  },
};

/** All numbers that a case gives on the current backend; nothing may be left behind. */
async function numbersOf(run: (use: Primitives) => readonly Given[], use: Primitives): Promise<number[][]> {
  const before = tf.memory().numTensors;
  let given: readonly Given[] = [];
  const reading: Promise<ArrayLike<number> | number>[] = [];
  tf.tidy(() => {
    given = run(use);
    for (const each of given)
      reading.push(Promise.resolve(each instanceof tf.Tensor ? readNumbers(each) : each));
  });
  const values = await Promise.all(reading);
  assert.equal(tf.memory().numTensors, before, 'left behind');
  return values.map((value) => (typeof value === 'number' ? [value] : Array.from(value)));
}

describe('primitives on webgpu', () => {
  before(() => openDevice('webgpu'));

  it('are those for a card', () => assert.equal(primitives(), onCard));

  for (const [name, run] of Object.entries(cases)) {
    it(`${name}: as in plain JavaScript`, async () => {
      const ours = await numbersOf(run, onCard);
      const expected = await onCpu(() => numbersOf(run, composed));
      assert.equal(ours.length, expected.length);
      expected.forEach((values, index) => close(ours[index]!, values, 2e-6, `result ${index}`));
    });
  }
});
