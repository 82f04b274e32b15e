import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { activations } from '../../../../src/tensors/primitives/primitives';
import { numbers } from '../numbers';
import { erf, exactActivations, normal } from './exactFunctions';
import { onEveryWay, pointwise } from './ways';

/** Both signs of everything from rounding to saturation, dense where functions bend; 1 + 4 k entries, so one is left over. */
const grid = Float32Array.from([
  0,
  ...Array.from({ length: 1600 }, (_, i) => (i - 800) / 80),
  ...[
    1e-30, 1e-8, 1e-4, 0.6249, 0.6251, 0.99999, 1.00001, 12.9, 20, 30, 60, 100, 1e4, 1e15, 1e30, 3e38,
  ].flatMap((x) => [x, -x]),
]);

describe('the definitions that tests compare with', () => {
  it('have the digits of published tables', () => {
    // Abramowitz & Stegun, tables 7.1 and 26.2.
    pointwise(
      [erf(0.5), erf(1), erf(2)],
      [0.5204998778, 0.8427007929, 0.995322265],
      { absolute: 5e-11 },
      'erf',
    );
    pointwise([normal(-1), normal(-5)], [0.1586552539, 2.866515719e-7], { relative: 1e-9 }, 'normal');
  });
});

onEveryWay('activations', (way) => {
  const rows = [grid.length, 1] as const;
  const dy = numbers(grid.length, 3);
  const up = numbers(grid.length, 4);

  for (const kind of activations) {
    it(`${kind}: value, gradient and gated forms equal the definition`, async () => {
      const exact = exactActivations[kind];
      const result = await way.run((primitives) => {
        const x = tf.tensor2d(grid, [...rows]);
        const [gradient, other] = [tf.tensor2d(dy, [...rows]), tf.tensor2d(up, [...rows])];
        const both = primitives.gatedGradient(x, other, gradient, kind);
        return {
          value: primitives.activation(x, kind).dataSync(),
          slope: primitives.activationGradient(x, gradient, kind).dataSync(),
          gated: primitives.gated(x, other, kind).dataSync(),
          gate: both.gate.dataSync(),
          up: both.up.dataSync(),
          unchanged: [x.dataSync(), gradient.dataSync(), other.dataSync()],
        };
      });
      assert.deepEqual(result.unchanged, [grid, dy, up]);
      const of = (f: (x: number, i: number) => number): number[] => Array.from(grid, f);
      const allowed = { relative: 1e-6, absolute: way.ours ? 2e-7 : 6e-7 };
      const check = (what: Exclude<keyof typeof result, 'unchanged'>, expected: number[]): void => {
        pointwise(result[what], expected, allowed, `${kind}, ${what}`);
        // Where the function vanishes it keeps its digits, less those that rounding of x leaves of its exponent.
        const tail = [...grid.keys()].filter((i) => grid[i]! < -2 && grid[i]! > -9.3);
        const at = (values: ArrayLike<number>): number[] => tail.map((i) => values[i]!);
        if (way.ours)
          pointwise(at(result[what]), at(expected), { relative: 1e-5 }, `tail of ${kind}, ${what}`);
      };
      check('value', of(exact.value));
      check(
        'slope',
        of((x, i) => exact.slope(x) * dy[i]!),
      );
      check(
        'gated',
        of((x, i) => exact.value(x) * up[i]!),
      );
      check(
        'gate',
        of((x, i) => exact.slope(x) * dy[i]! * up[i]!),
      );
      check(
        'up',
        of((x, i) => exact.value(x) * dy[i]!),
      );
    });
  }

  it('takes every size, and writes nothing behind the end', async () => {
    for (const size of [1, 2, 3, 4, 5, 7, 8, 17, 129]) {
      const values = grid.slice(700, 700 + size);
      const [result, behind] = await way.run((primitives) => {
        const out = primitives.activation(tf.tensor2d(values, [1, size]), 'silu');
        const next = tf.fill([8], 7);
        return [out.dataSync(), next.dataSync()] as const;
      });
      pointwise(
        result,
        Array.from(values, exactActivations.silu.value),
        { absolute: 1e-6 },
        `${size} entries`,
      );
      assert.deepEqual([...behind], new Array(8).fill(7));
    }
  });

  it('give value and slope at once, the very ones that they give alone', async () => {
    for (const kind of activations) {
      const [alone, together] = await way.run((primitives) => {
        const x = tf.tensor2d(grid, [...rows]);
        const both = primitives.activationAndSlope(x, kind);
        const slope = primitives.activationGradient(x, tf.ones<tf.Rank.R2>([...rows]), kind);
        return [
          [primitives.activation(x, kind).dataSync(), slope.dataSync()],
          [both.value.dataSync(), both.slope.dataSync()],
        ] as const;
      });
      assert.deepEqual(together, alone, kind);
    }
  });

  if (way.ours) {
    it('keeps NaN, and infinities where the function has a limit', async () => {
      for (const kind of activations) {
        const [value, slope] = await way.run((primitives) => {
          const x = tf.tensor2d([NaN, Infinity, -Infinity, 1, NaN], [1, 5]);
          const ones = tf.ones<tf.Rank.R2>([1, 5]);
          return [
            primitives.activation(x, kind).dataSync(),
            primitives.activationGradient(x, ones, kind).dataSync(),
          ] as const;
        });
        assert.ok(Number.isNaN(value[0]) && Number.isNaN(value[4]), kind);
        assert.equal(value[1], kind === 'tanh' ? 1 : Infinity, kind);
        assert.deepEqual([slope[1], slope[2]], [kind === 'tanh' ? 0 : 1, 0], kind);
        if (kind === 'relu' || kind === 'tanh') assert.equal(value[2], kind === 'relu' ? 0 : -1);
        else assert.ok(Number.isNaN(slope[0]) && Number.isNaN(slope[4]), kind);
      }
    });
  }
});
