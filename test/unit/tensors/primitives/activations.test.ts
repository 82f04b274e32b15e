import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { activations, type Activation } from '../../../../src/tensors/primitives/primitives';
import { numbers } from '../numbers';
import { erf, exactActivations, normal } from './exactFunctions';
import { onEveryWay, pointwise } from './ways';

/** Both signs of everything from rounding to saturation, dense where functions bend; 1 + 4 k entries, so one is left over. */
const grid = Float32Array.from([
  0,
  ...Array.from({ length: 1600 }, (_, i) => (i - 800) / 80),
  ...[1e-30, 1e-8, 1e-4, 0.6249, 0.6251, 0.99999, 1.00001, 12.9, 20, 30, 60, 100, 1e4, 1e15, 1e30, 3e38].flatMap(
    (x) => [x, -x],
  ),
]);

describe('the definitions that tests compare with', () => {
  it('have the digits of published tables', () => {
    // Abramowitz & Stegun, tables 7.1 and 26.2.
    pointwise([erf(0.5), erf(1), erf(2)], [0.5204998778, 0.8427007929, 0.995322265], { absolute: 5e-11 }, 'erf');
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
      const check = (what: keyof typeof result, expected: number[]): void =>
        compare(way.ours, kind, result[what] as Float32Array, expected, `${kind}, ${what}`);
      check('value', of(exact.value));
      check('slope', of((x, i) => exact.slope(x) * dy[i]!));
      check('gated', of((x, i) => exact.value(x) * up[i]!));
      check('gate', of((x, i) => exact.slope(x) * dy[i]! * up[i]!));
      check('up', of((x, i) => exact.value(x) * dy[i]!));
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
      pointwise(result, Array.from(values, exactActivations.silu.value), { absolute: 1e-6 }, `${size} entries`);
      assert.deepEqual([...behind], new Array(8).fill(7));
    }
  });
});

function compare(ours: boolean, kind: Activation, actual: Float32Array, expected: number[], what: string): void {
  let worst=0, at=0, wa=0;
  expected.forEach((e,i)=>{ const r=Math.abs(actual[i]!-e)/(Math.abs(e)+1e-37); const a=Math.abs(actual[i]!-e); if(!(r<=worst)){worst=r;at=i;} if(!(a<=wa) && Math.abs(grid[i]!)<1000) wa=a; });
  console.log(ours, what, 'rel', worst, 'at', grid[at], actual[at], expected[at], 'abs', wa);
  void kind;
}
