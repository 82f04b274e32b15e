import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { openDevice } from '../../../src/tensors/device';
import { gramIsCheaper, SampleNorms } from '../../../src/tensors/perSample';
import { close } from './close';
import { now } from './now';
import { numbers } from './numbers';

interface Sizes {
  readonly batch: number;
  readonly tokens: number;
  readonly inFeatures: number;
  readonly outFeatures: number;
}

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

const rowsOf = (values: Float32Array, columns: number): tf.Tensor2D =>
  tf.tensor2d(values, [values.length / columns, columns]);

/** Norms of one layer; nothing may be left behind. */
function norms(x: Float32Array, dy: Float32Array, { batch, inFeatures, outFeatures }: Sizes): Float64Array {
  const before = [tf.memory().numTensors, tf.engine().backend.numDataIds()];
  const [inputs, gradients] = [rowsOf(x, inFeatures), rowsOf(dy, outFeatures)];
  const sampleNorms = new SampleNorms(batch);
  const found = sampleNorms.of(inputs, gradients);
  assert.deepEqual(inputs.dataSync(), x);
  assert.deepEqual(gradients.dataSync(), dy);
  sampleNorms.dispose();
  assert.ok(!inputs.isDisposed && !gradients.isDisposed, 'they are the caller’s');
  tf.dispose([inputs, gradients]);
  assert.deepEqual([tf.memory().numTensors, tf.engine().backend.numDataIds()], before, 'left behind');
  return now(found);
}

describe('SampleNorms', () => {
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
    for (const [inFeatures, outFeatures] of [
      [3, 5],
      [30, 50],
    ] as const) {
      const sizes = { batch: 2, tokens: 4, inFeatures, outFeatures };
      const real = (index: number, columns: number): boolean => Math.floor(index / columns) % 4 < 2;
      const x = numbers(8 * inFeatures, 1);
      const dy = numbers(8 * outFeatures, 2).map((value, index) => (real(index, outFeatures) ? value : 0));
      const other = x.map((value, index) => (real(index, inFeatures) ? value : 1000 * value));
      assert.deepEqual(norms(other, dy, sizes), norms(x, dy, sizes));
    }
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

describe('SampleNorms of layers that read the same input', () => {
  before(() => openDevice('native', 1));
  const shape = { batch: 2, tokens: 3, inFeatures: 20 };
  const rows = shape.batch * shape.tokens;
  /** Outputs of q, k, v and of a layer behind them; the Gram way is cheaper for all. */
  const layers = [16, 8, 8, 24] as const;
  const inputs = [numbers(rows * shape.inFeatures, 1), numbers(rows * shape.inFeatures, 2)] as const;
  const gradientsOf = (layer: number): Float32Array => numbers(rows * layers[layer]!, 10 + layer);
  const expected = (layer: number, input: 0 | 1): number[] =>
    naive(inputs[input], gradientsOf(layer), { ...shape, outFeatures: layers[layer]! });

  /** Which layer reads which of the two inputs, one after the other. */
  const order: readonly (readonly [layer: number, input: 0 | 1])[] = [
    [0, 0],
    [1, 0],
    [2, 0],
    [3, 1],
    [1, 0],
  ];

  it('are those of each layer alone, in whatever order inputs come and come again', () => {
    assert.ok(layers.every((out) => gramIsCheaper(shape.tokens, shape.inFeatures, out)));
    const before = [tf.memory().numTensors, tf.engine().backend.numDataIds()];
    const tensors = inputs.map((values) => rowsOf(values, shape.inFeatures));
    const sampleNorms = new SampleNorms(shape.batch);
    for (const [layer, input] of order) {
      const dy = rowsOf(gradientsOf(layer), layers[layer]!);
      // Another handle of the same numbers, as each operation's gradient is given one.
      const x = tensors[input]!.clone();
      close(now(sampleNorms.of(x, dy)), expected(layer, input), 1e-5, `layer ${layer}`);
      tf.dispose([x, dy]);
    }
    sampleNorms.dispose();
    tf.dispose(tensors);
    assert.deepEqual([tf.memory().numTensors, tf.engine().backend.numDataIds()], before, 'left behind');
  });

  it('form the products of the tokens once for queries, keys and values', async () => {
    const x = rowsOf(inputs[0], shape.inFeatures);
    const sampleNorms = new SampleNorms(shape.batch);
    const products: number[] = [];
    for (const layer of [0, 1, 2]) {
      const dy = rowsOf(gradientsOf(layer), layers[layer]!);
      const { kernels } = await tf.profile(() => {
        sampleNorms.of(x, dy);
        return dy;
      });
      products.push(kernels.filter(({ name }) => name === 'BatchMatMul').length);
      dy.dispose();
    }
    sampleNorms.dispose();
    x.dispose();
    assert.deepEqual(products, [2, 1, 1]);
  });

  it('do not take the next input for the last one where it comes into its memory', () => {
    const sampleNorms = new SampleNorms(shape.batch);
    for (const input of [0, 1, 0] as const) {
      const [x, dy] = [rowsOf(inputs[input], shape.inFeatures), rowsOf(gradientsOf(0), layers[0])];
      close(now(sampleNorms.of(x, dy)), expected(0, input), 1e-5, `input ${input}`);
      tf.dispose([x, dy]);
    }
    sampleNorms.dispose();
  });

  it('outlive the scope in which they were taken', () => {
    const before = tf.memory().numTensors;
    const x = rowsOf(inputs[0], shape.inFeatures);
    const sampleNorms = new SampleNorms(shape.batch);
    for (const layer of [0, 1]) {
      let found: Float64Array = new Float64Array();
      tf.tidy(() => {
        found = now(sampleNorms.of(x.clone(), rowsOf(gradientsOf(layer), layers[layer]!)));
      });
      close(found, expected(layer, 0), 1e-5, `layer ${layer}`);
    }
    sampleNorms.dispose();
    x.dispose();
    assert.equal(tf.memory().numTensors, before);
  });
});

/** Between 0.5 and 1.5, so that sums only grow: the worst case for digits. */
const positive = (count: number, seed: number): Float32Array =>
  numbers(count, seed).map((value) => 1 + value / 2);
const squares = (values: Float32Array): number =>
  Array.from(values).reduce((sum, value) => sum + value ** 2, 0);
