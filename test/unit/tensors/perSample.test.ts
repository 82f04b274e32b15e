import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { openDevice } from '../../../src/tensors/device';
import { frozenLinear, gradientSquaredNorms, gramIsCheaper } from '../../../src/tensors/perSample';
import { close } from './close';
import { numbers } from './numbers';

/** ‖X_sᵀ D_s‖² of each sample by the definition, in float64. */
function naive(x: Float32Array, dy: Float32Array, sizes: Sizes): number[] {
  const { batch, tokens, inFeatures, outFeatures } = sizes;
  return Array.from({ length: batch }, (_, sample) => {
    let norm = 0;
    for (let i = 0; i < inFeatures; i++) {
      for (let o = 0; o < outFeatures; o++) {
        let entry = 0;
        for (let t = sample * tokens; t < (sample + 1) * tokens; t++) {
          entry += x[t * inFeatures + i]! * dy[t * outFeatures + o]!;
        }
        norm += entry ** 2;
      }
    }
    return norm;
  });
}

interface Sizes {
  readonly batch: number;
  readonly tokens: number;
  readonly inFeatures: number;
  readonly outFeatures: number;
}

function norms(x: Float32Array, dy: Float32Array, { batch, inFeatures, outFeatures }: Sizes): Float32Array {
  return tf.tidy(
    () =>
      gradientSquaredNorms(
        tf.tensor2d(x, [x.length / inFeatures, inFeatures]),
        tf.tensor2d(dy, [dy.length / outFeatures, outFeatures]),
        batch,
      ).dataSync() as Float32Array,
  );
}

describe('gradientSquaredNorms', () => {
  before(() => openDevice('native', 1));

  it('equals a plain loop over samples, both ways, for odd shapes', () => {
    const ways = { gram: 0, direct: 0 };
    const size = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });
    fc.assert(
      fc.property(size(5), size(9), size(23), size(23), (batch, tokens, inFeatures, outFeatures) => {
        const sizes = { batch, tokens, inFeatures, outFeatures };
        const x = numbers(batch * tokens * inFeatures, tokens);
        const dy = numbers(batch * tokens * outFeatures, tokens + 100);
        const actual = norms(x, dy, sizes);
        const expected = naive(x, dy, sizes);
        assert.equal(actual.length, batch);
        expected.forEach((norm, sample) => close([actual[sample]!], [norm], 2e-5, `sample ${sample}`));
        ways[gramIsCheaper(tokens, inFeatures, outFeatures) ? 'gram' : 'direct']++;
      }),
      { numRuns: 150, seed: 6 },
    );
    assert.ok(ways.gram > 20 && ways.direct > 20, JSON.stringify(ways));
  });

  it('does not see rows whose gradient is zero: padding', () => {
    const sizes = { batch: 2, tokens: 4, inFeatures: 3, outFeatures: 5 };
    const x = numbers(24, 1);
    const dy = numbers(40, 2).map((value, index) => (Math.floor(index / 5) % 4 < 2 ? value : 0));
    const other = x.map((value, index) => (Math.floor(index / 3) % 4 < 2 ? value : 1000 * value));
    assert.deepEqual(norms(other, dy, sizes), norms(x, dy, sizes));
  });

  it('sums 2.4 million entries of a gradient to 1e-5', () => {
    const sizes = { batch: 1, tokens: 780, inFeatures: 1600, outFeatures: 1500 };
    assert.equal(gramIsCheaper(sizes.tokens, sizes.inFeatures, sizes.outFeatures), false);
    const [left, right] = [positive(sizes.inFeatures, 1), positive(sizes.outFeatures, 2)];
    const repeat = (row: Float32Array): Float32Array =>
      Float32Array.from({ length: row.length * sizes.tokens }, (_, index) => row[index % row.length]!);
    // Every token alike: the gradient is tokens · left rightᵀ.
    const expected = sizes.tokens ** 2 * squares(left) * squares(right);
    close(norms(repeat(left), repeat(right), sizes), [expected], 1e-5, 'direct');
  });

  it('sums 2.4 million products of tokens to 1e-5', () => {
    const sizes = { batch: 1, tokens: 1550, inFeatures: 3200, outFeatures: 3200 };
    assert.equal(gramIsCheaper(sizes.tokens, sizes.inFeatures, sizes.outFeatures), true);
    const row = positive(sizes.inFeatures, 3);
    const factors = positive(sizes.tokens, 4);
    const x = new Float32Array(sizes.tokens * sizes.inFeatures);
    factors.forEach((factor, token) =>
      x.set(
        row.map((value) => factor * value),
        token * sizes.inFeatures,
      ),
    );
    const dy = new Float32Array(sizes.tokens * sizes.outFeatures).fill(1);
    const sum = factors.reduce((total, factor) => total + factor, 0);
    const expected = sum ** 2 * squares(row) * sizes.outFeatures;
    close(norms(x, dy, sizes), [expected], 1e-5, 'Gram');
  });
});

/** Between 0.5 and 1.5, so that sums only grow: the worst case for digits. */
const positive = (count: number, seed: number): Float32Array =>
  numbers(count, seed).map((value) => 1 + value / 2);
const squares = (values: Float32Array): number =>
  Array.from(values).reduce((sum, value) => sum + value ** 2, 0);

describe('frozenLinear', () => {
  before(() => openDevice('native', 1));

  it('is x Wᵀ, hands input and output gradient over, and passes dy W on', () => {
    tf.tidy(() => {
      const x = tf.tensor2d(numbers(6, 1), [2, 3]);
      const weight = tf.tensor2d(numbers(12, 2), [4, 3]);
      const dy = tf.tensor2d(numbers(8, 3), [2, 4]);
      const recorded: ArrayLike<number>[] = [];
      const graph = (input: tf.Tensor): tf.Tensor =>
        frozenLinear(input as tf.Tensor2D, weight, (rows, gradient) => {
          recorded.push(rows.dataSync(), gradient.dataSync());
        });
      close(graph(x).dataSync(), tf.matMul(x, weight, false, true).dataSync(), 1e-6, 'value');
      assert.equal(recorded.length, 0, 'nothing is recorded before the backward pass');
      close(tf.grad(graph)(x, dy).dataSync(), tf.matMul(dy, weight).dataSync(), 1e-6, 'gradient');
      assert.deepEqual(recorded, [x.dataSync(), dy.dataSync()]);
    });
  });
});
