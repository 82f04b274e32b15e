import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { close } from './close';
import { numbers, sizeOf } from './numbers';
import { onCpu } from './onCpu';

/** One function two ways. `exact` takes and gives row-major float64 numbers. */
export interface Differentiable {
  /** @param constants tensors that want no gradient */
  readonly ours: (inputs: tf.Tensor[], constants: tf.Tensor[]) => tf.Tensor;
  readonly exact: (...inputs: Float64Array[]) => ArrayLike<number>;
}

export interface Input {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Seeded numbers between ±`scale`. */
export const random = (seed: number, scale: number, ...shape: number[]): Input => ({
  shape,
  values: numbers(sizeOf(shape), seed).map((value) => value * scale),
});

interface Result {
  readonly value: Float32Array;
  readonly gradients: readonly Float32Array[];
}

const step = 1e-5;

/**
 * Asserts that value and gradients of `ours` equal `exact` and its central differences, on the current backend and on tfjs's
 * plain JavaScript one, which computes the primitives in another way; for random gradients of the output, so that every
 * entry counts differently.
 */
export async function checkGradients(
  of: Differentiable,
  inputs: readonly Input[],
  constants: readonly Input[] = [],
): Promise<void> {
  const exactInputs = inputs.map(({ values }) => Float64Array.from(values));
  const exactValue = of.exact(...exactInputs);
  const dy = numbers(exactValue.length, 99);
  const differences = inputs.map((_, which) => centralDifferences(of.exact, exactInputs, which, dy));
  const check = ({ value, gradients }: Result, where: string): void => {
    close(value, exactValue, 1e-6, `value on ${where}`);
    differences.forEach((gradient, which) =>
      close(gradients[which]!, gradient, 3e-6, `gradient ${which} on ${where}`),
    );
  };
  check(evaluate(of.ours, inputs, constants, dy), tf.getBackend());
  check(await onCpu(() => evaluate(of.ours, inputs, constants, dy)), 'cpu');
}

function evaluate(
  graph: Differentiable['ours'],
  inputs: readonly Input[],
  constants: readonly Input[],
  dy: Float32Array,
): Result {
  const before = [tf.memory().numTensors, tf.engine().backend.numDataIds()];
  const made = [inputs, constants].map((of) => of.map(({ shape, values }) => tf.tensor(values, [...shape])));
  const [variables = [], rest = []] = made;
  let result: Result | undefined;
  tf.tidy(() => {
    const value = graph(variables, rest);
    assert.equal(sizeOf(value.shape), dy.length);
    const top = tf.tensor(dy, value.shape);
    const gradients = tf.grads((...given: tf.Tensor[]) => graph(given, rest))(variables, top);
    gradients.forEach((gradient, which) => assert.deepEqual(gradient.shape, inputs[which]!.shape));
    result = {
      value: value.dataSync() as Float32Array,
      gradients: gradients.map((gradient) => gradient.dataSync() as Float32Array),
    };
  });
  made.flat().forEach((tensor, index) => {
    const { values } = [...inputs, ...constants][index]!;
    assert.deepEqual(tensor.dataSync(), values, `input ${index} is unchanged`);
    tensor.dispose();
  });
  assert.deepEqual([tf.memory().numTensors, tf.engine().backend.numDataIds()], before, 'left behind');
  return result!;
}

/** d (dy · exact) / d input, by moving each entry a step up and down. */
function centralDifferences(
  exact: Differentiable['exact'],
  inputs: readonly Float64Array[],
  which: number,
  dy: Float32Array,
): number[] {
  const weighted = (entry: number, by: number): number => {
    const moved = inputs.map((values) => values.slice());
    moved[which]![entry]! += by;
    const values = exact(...moved);
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[i]! * dy[i]!;
    return sum;
  };
  return Array.from(
    inputs[which]!,
    (_, entry) => (weighted(entry, step) - weighted(entry, -step)) / (2 * step),
  );
}
