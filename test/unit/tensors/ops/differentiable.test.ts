import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { openDevice } from '../../../../src/tensors/device';
import { differentiable, type Operation } from '../../../../src/tensors/ops/differentiable';
import { trace } from '../../../../src/tensors/tape';
import { close } from '../close';
import { numbers } from '../numbers';

const size = 6;

/** x², telling what its gradient was given and what it made on the way. */
const square = (x: tf.Tensor, seen: tf.Tensor[] = []): tf.Tensor =>
  differentiable([x], ([input]) => ({
    value: tf.square(input!),
    saved: [input!],
    gradient: (dy, [kept]) => {
      const twice = tf.mul(kept!, 2);
      seen.push(dy, kept!, twice);
      return [tf.mul(dy, twice)];
    },
  }));

function gradientsOf(graph: (input: tf.Tensor) => tf.Tensor, x: tf.Tensor, dy: tf.Tensor): tf.Tensor[] {
  const traced = trace([x], ([input]) => graph(input!));
  try {
    return traced.pullback(dy);
  } finally {
    traced.dispose();
  }
}

function gradientOf(graph: (input: tf.Tensor) => tf.Tensor, x: tf.Tensor, dy: tf.Tensor): ArrayLike<number> {
  const [gradient] = gradientsOf(graph, x, dy) as [tf.Tensor];
  const values = gradient.dataSync();
  gradient.dispose();
  return values;
}

describe('differentiable', () => {
  before(() => openDevice('native', 1));
  const left = (): number[] => [tf.memory().numTensors, tf.engine().backend.numDataIds()];

  /** Runs with an input and a gradient of the output, which is used up; nothing may be left, well or not as it ends. */
  function run<T>(compute: (x: tf.Tensor, dy: tf.Tensor) => T): T {
    const before = left();
    const [x, dy] = [tf.tensor1d(numbers(size, 1)), tf.tensor1d(numbers(size, 2))];
    try {
      return compute(x, dy);
    } finally {
      tf.dispose([x, dy]);
      assert.deepEqual(left(), before, 'left behind');
    }
  }

  it('frees what an operation saved, was given and made, before the operation below it', () => {
    const gradient = run((x, dy) => {
      const top: tf.Tensor[] = [];
      return gradientOf(
        (input) => {
          const below = differentiable<tf.Tensor>([input], ([given]) => ({
            value: tf.mul(given!, 3),
            saved: [],
            gradient: (dBelow) => {
              assert.equal(top.length, 3, 'the operation above has come before');
              assert.deepEqual(
                top.map(({ isDisposed }) => isDisposed),
                [true, true, true],
              );
              return [tf.mul(dBelow, 3)];
            },
          }));
          return square(below, top);
        },
        x,
        dy,
      );
    });
    const dy = numbers(size, 2);
    close(
      gradient,
      numbers(size, 1).map((value, i) => dy[i]! * 18 * value),
      1e-6,
      'gradient',
    );
  });

  it('leaves the input to its owner, and uses the gradient of the output up', () => {
    run((x, dy) => {
      gradientOf((input) => square(input), x, dy);
      assert.deepEqual(x.dataSync(), numbers(size, 1));
      assert.equal(dy.isDisposed, true);
    });
  });

  it('holds no more on a long tape than one value and one saved tensor an operation', () => {
    run((x, dy) => {
      const most = { forward: 0, backward: 0 };
      const before = tf.memory().numTensors;
      const depth = 20;
      gradientOf(
        (input) => {
          let value = input;
          for (let i = 0; i < depth; i++) {
            const previous = value;
            value = tf.tidy(() =>
              differentiable([previous], ([given]) => ({
                value: tf.mul(given!, 0.5),
                saved: [given!],
                gradient: (dValue) => {
                  most.backward = Math.max(most.backward, tf.memory().numTensors - before);
                  return [tf.mul(dValue, 0.5)];
                },
              })),
            );
            most.forward = tf.memory().numTensors - before;
          }
          return value;
        },
        x,
        dy,
      );
      assert.ok(most.forward <= 2 * depth + 4, `${most.forward} tensors after the forward pass`);
      assert.ok(most.backward <= most.forward + 4, `${most.backward} tensors in the backward pass`);
    });
  });

  const broken = (where: 'value' | 'gradient'): ((x: tf.Tensor) => tf.Tensor) => {
    const fail = (made: tf.Tensor): never => {
      throw new Error(`no ${where} of ${made.size}`);
    };
    return (x) =>
      differentiable([x], ([input]): Operation => {
        const value = tf.add(input!, 1);
        if (where === 'value') fail(value);
        return { value, saved: [input!, value], gradient: (dy) => fail(tf.mul(dy, 2)) };
      });
  };
  for (const where of ['value', 'gradient'] as const) {
    it(`leaves nothing behind where the ${where} fails, of it and of the operations around it`, () => {
      run((x, dy) => {
        const graph = (input: tf.Tensor): tf.Tensor => square(broken(where)(square(input)));
        assert.throws(() => gradientsOf(graph, x, dy), { message: `no ${where} of ${size}` });
        assert.equal(x.isDisposed, false);
      });
    });
  }

  it('works on after a failure', () => {
    run((x, dy) => {
      assert.throws(() => gradientsOf(broken('gradient'), x, dy.clone()));
      const values = tf.tidy(() =>
        tf
          .grad((input: tf.Tensor) => square(input))(x, dy)
          .dataSync(),
      );
      close(
        values,
        numbers(size, 2).map((of, i) => of * 2 * numbers(size, 1)[i]!),
        1e-6,
        'gradient',
      );
    });
  });

  it('adds both gradients of an input that is used twice, in one operation and in two', () => {
    const product = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
      differentiable([a, b], (given) => ({
        value: tf.mul(given[0]!, given[1]!),
        saved: [...given],
        gradient: (dy, [keptA, keptB]) => [tf.mul(dy, keptB!), tf.mul(dy, keptA!)],
      }));
    run((x, dy) => {
      // x · x, and x² · x
      for (const [graph, slope] of [
        [(input: tf.Tensor) => product(input, input), (value: number) => 2 * value],
        [(input: tf.Tensor) => product(square(input), input), (value: number) => 3 * value ** 2],
      ] as const) {
        const values = gradientOf(graph, x, dy.clone());
        close(
          values,
          numbers(size, 1).map((value, i) => numbers(size, 2)[i]! * slope(value)),
          1e-6,
          'gradient',
        );
      }
    });
  });
});
