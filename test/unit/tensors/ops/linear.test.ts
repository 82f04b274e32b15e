import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { openDevice } from '../../../../src/tensors/device';
import { frozenLinear, type LinearOptions } from '../../../../src/tensors/ops/linear';
import { checkGradients, random } from '../gradients';

const [rows, inFeatures, outFeatures] = [5, 3, 4];
const orientations = ['out-in', 'in-out'] as const;
type Orientation = (typeof orientations)[number];

const weightOf = (orientation: Orientation) =>
  orientation === 'out-in' ? random(2, 1, outFeatures, inFeatures) : random(2, 1, inFeatures, outFeatures);

/** Tensors for one call, and what `run` gives for them; nothing is kept. */
function withTensors<T>(
  orientation: Orientation,
  run: (x: tf.Tensor2D, layer: (x: tf.Tensor2D, options?: LinearOptions) => tf.Tensor2D) => T,
): T {
  let result: { of: T } | undefined;
  tf.tidy(() => {
    const make = ({ shape, values }: ReturnType<typeof random>) =>
      tf.tensor2d(values, shape as [number, number]);
    const weight = make(weightOf(orientation));
    result = {
      of: run(make(random(1, 1, rows, inFeatures)), (x, options) =>
        frozenLinear(x, { weight, orientation }, options),
      ),
    };
  });
  return result!.of;
}

describe('frozenLinear', () => {
  before(() => openDevice('native', 1));

  for (const orientation of orientations) {
    for (const biased of [false, true]) {
      it(`is x W${orientation === 'out-in' ? 'ᵀ' : ''}${biased ? ' + b' : ''}, with its gradient in x`, async () => {
        const { values: weight } = weightOf(orientation);
        const bias = random(3, 1, outFeatures);
        const entry = (o: number, i: number): number =>
          orientation === 'out-in' ? weight[o * inFeatures + i]! : weight[i * outFeatures + o]!;
        await checkGradients(
          {
            ours: ([x], [weightTensor, biasTensor]) =>
              frozenLinear(x as tf.Tensor2D, {
                weight: weightTensor as tf.Tensor2D,
                bias: biasTensor as tf.Tensor1D | undefined,
                orientation,
              }),
            exact: (x) =>
              Array.from({ length: rows * outFeatures }, (_, index) => {
                const [row, o] = [Math.floor(index / outFeatures), index % outFeatures];
                let sum = biased ? bias.values[o]! : 0;
                for (let i = 0; i < inFeatures; i++) sum += x[row * inFeatures + i]! * entry(o, i);
                return sum;
              }),
          },
          [random(1, 1, rows, inFeatures)],
          [weightOf(orientation), ...(biased ? [bias] : [])],
        );
      });
    }

    it(`hands input and output gradient over in the backward pass, stored ${orientation}`, () => {
      const dy = random(4, 1, rows, outFeatures);
      const recorded: ArrayLike<number>[] = [];
      withTensors(orientation, (x, layer) => {
        const record = (input: tf.Tensor2D, gradient: tf.Tensor2D): void => {
          assert.deepEqual([input.shape, gradient.shape], [x.shape, [rows, outFeatures]]);
          recorded.push(input.dataSync(), gradient.dataSync());
        };
        const graph = (input: tf.Tensor): tf.Tensor => layer(input as tf.Tensor2D, { record });
        graph(x);
        assert.equal(recorded.length, 0, 'nothing is recorded before the backward pass');
        tf.grad(graph)(x, tf.tensor2d(dy.values, [rows, outFeatures]));
      });
      assert.deepEqual(recorded, [random(1, 1, rows, inFeatures).values, dy.values]);
    });
  }

  it('records at the bottom as well, and passes zeros on', () => {
    let calls = 0;
    const gradient = withTensors('out-in', (x, layer) => {
      const graph = (input: tf.Tensor): tf.Tensor =>
        layer(input as tf.Tensor2D, { bottom: true, record: () => void calls++ });
      return [
        ...tf
          .grad(graph)(x, tf.ones([rows, outFeatures]))
          .dataSync(),
      ];
    });
    assert.equal(calls, 1);
    assert.deepEqual(gradient, new Array(rows * inFeatures).fill(0));
  });
});
