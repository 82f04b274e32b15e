import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { now } from '../now';
import { numbers, sizeOf } from '../numbers';
import { onEveryWay, pointwise } from './ways';

const shapes: readonly [rows: number, columns: number][] = [
  [1, 1],
  [2, 3],
  [3, 17],
  [2, 129],
  [1, 50257],
];

function exactLogSum(row: ArrayLike<number>): { largest: number; sum: number } {
  const entries = Array.from(row);
  const largest = entries.reduce((most, entry) => Math.max(most, entry), -Infinity);
  return { largest, sum: entries.reduce((sum, entry) => sum + Math.exp(entry - largest), 0) };
}

onEveryWay('cross entropy', (way) => {
  const rowsOf = (values: Float32Array, columns: number): Float32Array[] =>
    Array.from({ length: values.length / columns }, (_, row) =>
      values.subarray(row * columns, (row + 1) * columns),
    );

  for (const [rows, columns] of shapes) {
    it(`sums exp in float64, and its gradient, [${rows}, ${columns}]`, async () => {
      const logits = numbers(rows * columns, 1).map((x) => 12 * x);
      const exact = rowsOf(logits, columns).map(exactLogSum);
      const logSums = exact.map(({ largest, sum }) => largest + Math.log(sum));
      // One target in the row, one in another slice of the vocabulary, one ignored.
      const targets = Int32Array.from([columns - 1, columns, -1].slice(0, rows));
      const weights = Float32Array.from([1, 0.25, 0].slice(0, rows));
      const result = await way.run((primitives) => {
        const x = tf.tensor2d(logits, [rows, columns]);
        const { largest, sum } = now(primitives.logSumExp(x));
        assert.deepEqual(x.dataSync(), logits, 'logits are kept');
        const gradient = primitives.crossEntropyGradient(x, Float64Array.from(logSums), targets, weights);
        assert.deepEqual(gradient.shape, [rows, columns]);
        return { largest, sum, gradient: gradient.dataSync() };
      });
      assert.deepEqual(
        [...result.largest],
        exact.map(({ largest }) => largest),
      );
      pointwise(
        result.sum,
        exact.map(({ sum }) => sum),
        { relative: 1e-11 },
        'sum',
      );
      const expected = Array.from(logits, (x, index) => {
        const row = Math.floor(index / columns);
        const hot = index % columns === targets[row] ? 1 : 0;
        return weights[row]! * (Math.exp(x - logSums[row]!) - hot);
      });
      const allowed = way.ours ? { relative: 1e-6, absolute: 1e-7 } : { relative: 4e-6, absolute: 1e-7 };
      pointwise(result.gradient, expected, allowed, 'gradient');
    });
  }

  it('has a gradient that keeps its digits far from 0', async () => {
    const logits = numbers(50, 4).map((x) => 4 * x + 1000);
    const { largest, sum } = exactLogSum(logits);
    const logSum = largest + Math.log(sum);
    const gradient = await way.run((primitives) => {
      const x = tf.tensor2d(logits, [1, 50]);
      const rows = [Float64Array.of(logSum), Int32Array.of(-1), Float32Array.of(1)] as const;
      return primitives.crossEntropyGradient(x, ...rows).dataSync();
    });
    const expected = Array.from(logits, (x) => Math.exp(x - logSum));
    pointwise(gradient, expected, { relative: way.ours ? 1e-6 : 1e-4 }, 'gradient');
  });

  it('keeps digits and order far from 0, and tells NaN', async () => {
    const rows = [
      [1e4, -1e4, 9999, 0, 3],
      [-1e30, -1e30, -3e38, 0, 0],
      [-1e30, -1e30, -1e30, -1e30, -1e30],
      [88, 89, 90, 91, 92],
      [1, NaN, 2, 3, 4],
    ];
    const { largest, sum } = await way.run((primitives) => now(primitives.logSumExp(tf.tensor2d(rows))));
    rows.forEach((row, index) => {
      if (row.some(Number.isNaN)) return assert.ok(Number.isNaN(sum[index]));
      const exact = exactLogSum(Float32Array.from(row));
      assert.equal(largest[index], exact.largest);
      return pointwise([sum[index]!], [exact.sum], { relative: 1e-11 }, `row ${index}`);
    });
  });
});

onEveryWay('long sums', (way) => {
  it('of products are exact to float64 over each index of the first axis', async () => {
    for (const shape of [[1], [7], [1, 1], [3, 17], [2, 3, 5], [4, 129], [5, 0]]) {
      const [a, b] = [numbers(sizeOf(shape), 1), numbers(sizeOf(shape), 2)];
      const count = shape[0]!;
      const size = a.length / count;
      const [dots, absolute] = await way.run((primitives) => {
        const [left, right] = [tf.tensor(a, [...shape]), tf.tensor(b, [...shape])];
        return [now(primitives.dots(left, right)), now(primitives.absoluteDot(left, right))] as const;
      });
      const expected = new Float64Array(count);
      a.forEach((x, i) => (expected[Math.floor(i / size)]! += x * b[i]!));
      const sizes = a.reduce((sum, x, i) => sum + Math.abs(x * b[i]!), 0);
      pointwise(dots, expected, { absolute: 1e-14 * a.length }, `dots ${shape}`);
      pointwise([absolute], [sizes], { relative: 1e-14 }, `absolute ${shape}`);
    }
  });

  it('of 2.4 million entries keep their digits, which a sum in float32 does not', async () => {
    const a = numbers(2_400_000, 3).map((x) => 1 + x / 2);
    const expected = a.reduce((sum, x) => sum + x * x, 0);
    const [dot, absolute] = await way.run((primitives) => {
      const x = tf.tensor1d(a);
      return [now(primitives.dots(x.reshape([1, -1]), x))[0]!, now(primitives.absoluteDot(x, tf.neg(x)))];
    });
    pointwise([dot, absolute], [expected, expected], { relative: 1e-12 }, 'sum');
    assert.ok(Math.abs(a.reduce((sum, x) => Math.fround(sum + x * x), 0) / expected - 1) > 1e-5);
  });
});

onEveryWay('in place', (way) => {
  it('bias, sum and soft cap equal the definition for odd shapes', async () => {
    for (const [rows, columns] of [...shapes.slice(0, 4), [17, 1], [5, 4]] as [number, number][]) {
      const shape: [number, number] = [rows, columns];
      const [x, y, bias] = [numbers(rows * columns, 1), numbers(rows * columns, 2), numbers(columns, 3)];
      const wide = x.map((value) => value * 40);
      const result = await way.run((primitives) => {
        const { value, slopes } = primitives.softCap(tf.tensor2d(wide, shape), 7);
        return {
          biased: primitives.addBias(tf.tensor2d(x, shape), tf.tensor1d(bias)).dataSync(),
          sum: primitives.addInto(tf.tensor2d(x, shape), tf.tensor2d(y, shape)).dataSync(),
          value: value.dataSync(),
          slopes: slopes.dataSync(),
        };
      });
      assert.deepEqual(
        result.biased,
        x.map((value, i) => value + bias[i % columns]!),
      );
      assert.deepEqual(
        result.sum,
        x.map((value, i) => value + y[i]!),
      );
      const exact = Array.from(wide, (value) => Math.tanh(value / 7));
      pointwise(
        result.value,
        exact.map((bent) => 7 * bent),
        { relative: 2e-7, absolute: 1e-6 },
        'cap',
      );
      pointwise(
        result.slopes,
        exact.map((bent) => 1 - bent ** 2),
        { relative: 1e-6, absolute: 2e-7 },
        'slopes',
      );
    }
  });
});
