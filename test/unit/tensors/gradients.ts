import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { close } from './close';
import { numbers, sizeOf } from './numbers';
import { onCpu } from './onCpu';

type Graph = (...inputs: tf.Tensor[]) => tf.Tensor;

/** One function three ways. `exact` takes and gives row-major float64 numbers. */
export interface Differentiable {
  readonly ours: Graph;
  /** The same from tfjs's own operations, with their gradients. */
  readonly composed: Graph;
  readonly exact: (...inputs: Float64Array[]) => number[];
}

export interface Input {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

interface Result {
  readonly value: Float32Array;
  readonly gradients: readonly Float32Array[];
}

const step = 1e-5;

/**
 * Asserts that value and gradients of `ours` on the current backend equal those of `composed` on tfjs's 'cpu' backend, and
 * `exact` with its central differences; for random gradients of the output, so that every entry counts differently.
 */
export async function checkGradients(of: Differentiable, inputs: readonly Input[]): Promise<void> {
  const exactInputs = inputs.map(({ values }) => Float64Array.from(values));
  const exactValue = of.exact(...exactInputs);
  const dy = numbers(exactValue.length, 99);
  const tensors = tf.memory().numTensors;
  const ours = evaluate(of.ours, inputs, dy);
  assert.equal(tf.memory().numTensors, tensors, 'no tensor is left behind');
  const composed = await onCpu(() => evaluate(of.composed, inputs, dy));
  close(ours.value, exactValue, 1e-6, 'value');
  close(ours.value, composed.value, 1e-6, 'value against composed');
  inputs.forEach((_, which) => {
    const differences = centralDifferences(of.exact, exactInputs, which, dy);
    close(ours.gradients[which]!, composed.gradients[which]!, 3e-6, `gradient ${which} against composed`);
    close(ours.gradients[which]!, differences, 3e-6, `gradient ${which} against differences`);
  });
}

function evaluate(graph: Graph, inputs: readonly Input[], dy: Float32Array): Result {
  return tf.tidy(() => {
    const tensors = inputs.map(({ shape, values }) => tf.tensor(values, [...shape]));
    const value = graph(...tensors);
    assert.equal(sizeOf(value.shape), dy.length);
    const gradients = tf.grads(graph)(tensors, tf.tensor(dy, value.shape));
    gradients.forEach((gradient, which) => assert.deepEqual(gradient.shape, inputs[which]!.shape));
    return {
      value: value.dataSync() as Float32Array,
      gradients: gradients.map((gradient) => gradient.dataSync() as Float32Array),
    };
  });
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
    return exact(...moved).reduce((sum, value, index) => sum + value * dy[index]!, 0);
  };
  return Array.from(
    inputs[which]!,
    (_, entry) => (weighted(entry, step) - weighted(entry, -step)) / (2 * step),
  );
}
