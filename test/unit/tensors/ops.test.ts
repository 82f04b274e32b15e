import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { openDevice } from '../../../src/tensors/device';
import { rmsNorm, swiglu, tokenLoss } from '../../../src/tensors/ops';
import { close } from './close';
import { checkGradients, type Input } from './gradients';
import { numbers } from './numbers';

const random = (seed: number, scale: number, ...shape: number[]): Input => ({
  shape,
  values: numbers(
    shape.reduce((product, size) => product * size, 1),
    seed,
  ).map((value) => value * scale),
});

describe('operations with gradients of our own', () => {
  before(() => openDevice('native', 1));

  const shapes: readonly [rows: number, width: number][] = [
    [1, 2],
    [3, 7],
    [5, 16],
    [9, 33],
  ];
  for (const [rows, width] of shapes) {
    it(`rmsNorm, [${rows}, ${width}]: value and gradients in the input and the weight`, async () => {
      const epsilon = 0.01;
      await checkGradients(
        {
          ours: (x, weight) => rmsNorm(x as tf.Tensor2D, weight as tf.Tensor1D, epsilon),
          composed: (x, weight) =>
            tf.mul(tf.div(x, tf.sqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon))), weight),
          exact: (x, weight) =>
            [...x].map((value, index) => {
              const from = index - (index % width);
              const squares = x.subarray(from, from + width).reduce((sum, entry) => sum + entry ** 2, 0);
              return (value / Math.sqrt(squares / width + epsilon)) * weight[index % width]!;
            }),
        },
        [random(1, 2, rows, width), random(2, 1.5, width)],
      );
    });

    it(`swiglu, [${rows}, ${width}]: value and gradients in gate and up`, async () => {
      await checkGradients(
        {
          ours: (gate, up) => swiglu(gate as tf.Tensor2D, up as tf.Tensor2D),
          composed: (gate, up) => tf.mul(tf.mul(gate, tf.sigmoid(gate)), up),
          exact: (gate, up) => [...gate].map((g, index) => (g / (1 + Math.exp(-g))) * up[index]!),
        },
        [random(3, 6, rows, width), random(4, 2, rows, width)],
      );
    });

    it(`tokenLoss, [${rows}, ${width}]: value and gradient in the logits`, async () => {
      const labels = Array.from({ length: rows }, (_, row) => (row * 5) % width);
      await checkGradients(
        {
          ours: (logits) => tokenLoss(logits as tf.Tensor2D, tf.tensor1d(labels, 'int32')),
          composed: (logits) => {
            const hot = tf.oneHot(tf.tensor1d(labels, 'int32'), width);
            return tf.sub(tf.logSumExp(logits, 1), tf.sum(tf.mul(logits, hot), 1));
          },
          exact: (logits) =>
            labels.map((label, row) => {
              const own = logits.subarray(row * width, (row + 1) * width);
              return Math.log(own.reduce((sum, logit) => sum + Math.exp(logit), 0)) - own[label]!;
            }),
        },
        [random(5, 4, rows, width)],
      );
    });
  }

  it('tokenLoss stays finite where a logit is far above the others', () => {
    const { value, gradient } = lossOf([800, -800, 0], 1);
    assert.equal(value, 1600);
    close(gradient, [1, -1, 0], 1e-6, 'gradient');
  });

  it('swiglu stays finite at both ends', () => {
    tf.tidy(() => {
      const gate = tf.tensor2d([[-200, 200]]);
      const [slopes] = tf.grads((g: tf.Tensor) => swiglu(g as tf.Tensor2D, tf.ones([1, 2])))([gate]);
      assert.deepEqual([...slopes!.dataSync()], [0, 1]);
    });
  });

  it('tokenLoss of a label outside the vocabulary is 0', () => {
    for (const label of [-1, 3, 1e6]) {
      const { value, gradient } = lossOf([1, 2, 3], label);
      assert.equal(value, 0);
      assert.ok(gradient.every((entry) => entry > 0 && entry < 1));
    }
  });
});

function lossOf(logits: number[], label: number): { value: number; gradient: Float32Array } {
  return tf.tidy(() => {
    const { value, grad } = tf.valueAndGrad(
      (x: tf.Tensor) => tf.sum(tokenLoss(x as tf.Tensor2D, tf.tensor1d([label], 'int32'))) as tf.Scalar,
    )(tf.tensor2d(logits, [1, logits.length]));
    return { value: value.dataSync()[0]!, gradient: grad.dataSync() as Float32Array };
  });
}
