import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import type { Adapter, Pass } from '../../../src/adapters/adapter';
import { Placed } from '../../../src/engine/training/placed';
import type { Batch } from '../../../src/models/batches';
import type { Module } from '../../../src/shared/words';
import { trace } from '../../../src/tensors/tape';

/** A module that no model has: what an adapter is told of one is its path, layer and size. */
export const moduleOf = (
  layer: number,
  inFeatures: number,
  outFeatures: number,
  name = 'self_attn.q_proj',
): Module => ({ path: `model.layers.${layer}.${name}`, layer, role: 'q', inFeatures, outFeatures });

/** Samples of these lengths, padded to the longest. Adapters look at nothing else of a batch. */
export const batchOf = (...lengths: number[]): Batch => ({
  members: [...lengths.keys()],
  length: Math.max(...lengths),
  lengths: Int32Array.from(lengths),
  ids: new Int32Array(),
  positions: new Int32Array(),
  targets: new Int32Array(),
  weights: new Float32Array(),
});

/** One module's adapter, and what goes into it. */
export interface Through {
  readonly adapter: Adapter;
  readonly module: Module;
  readonly batch: Batch;
  /** [batch · length, in]; also what enters the layer. */
  readonly x: ArrayLike<number>;
  /** What the module gives without the adapter, [batch · length, out]; all 0 where absent. */
  readonly y?: ArrayLike<number>;
  readonly training?: boolean;
  readonly share?: number;
  readonly seed?: number;
}

export interface Passed {
  /** [batch · length, out] */
  readonly values: Float32Array;
  readonly noted: ReadonlyMap<string, Float32Array>;
  /** By parameter; in x under `x`. Empty where none was asked for. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

/**
 * Takes rows through one adapted module as a training pass does, on the current backend.
 * @param dy gradient in the outputs, for gradients in x and in the layer's parameters
 */
export function through(
  { adapter, module, batch, training = false, share = 1, seed = 1, ...given }: Through,
  dy?: ArrayLike<number>,
): Passed {
  const before = tf.memory().numTensors;
  const rows = batch.members.length * batch.length;
  const { layer, path, inFeatures, outFeatures } = module;
  const x = tf.tensor2d(Float32Array.from(given.x), [rows, inFeatures]);
  const y = tf.tensor2d(Float32Array.from(given.y ?? new Float32Array(rows * outFeatures)), [
    rows,
    outFeatures,
  ]);
  const placed = new Placed();
  placed.refresh(adapter.parameters);
  const found = new Map<string, tf.Tensor>();
  const note: Pass['note'] = (name, value) => found.set(name, tf.keep(value));
  const pass: Pass = { batch, tensors: placed.tensor, training, share, seed, note };
  const names = adapter.parametersOf(layer).flatMap(({ name, trained }) => (trained ? [name] : []));
  const traced = trace([x, ...names.map(placed.tensor)], () => {
    const output = adapter.layer(layer, x, pass).adapt(path, x, y);
    return output === y ? y.clone() : output;
  });
  const numbersOf = (tensor: tf.Tensor): Float32Array => Float32Array.from(tensor.dataSync());
  const values = numbersOf(traced.value);
  const slopes = dy === undefined ? [] : traced.pullback(tf.tensor2d(Float32Array.from(dy), y.shape));
  const gradients = new Map(slopes.map((slope, i) => [['x', ...names][i]!, numbersOf(slope)]));
  const noted = new Map([...found].map(([name, tensor]) => [name, numbersOf(tensor)]));
  traced.dispose();
  placed.dispose();
  tf.dispose([x, y, ...slopes, ...found.values()]);
  assert.equal(tf.memory().numTensors, before, 'left behind');
  return { values, noted, gradients };
}

/** Sets a parameter's numbers, in place as the optimizer does. */
export function set(adapter: Adapter, name: string, values: ArrayLike<number>): void {
  const parameter = adapter.parameters.find((one) => one.name === name);
  assert.ok(parameter, `no parameter ${name}`);
  assert.equal(values.length, parameter.values.length, name);
  parameter.values.set(Float32Array.from(values));
}

/** A parameter's numbers. */
export function get(adapter: Adapter, name: string): Float32Array {
  const parameter = adapter.parameters.find((one) => one.name === name);
  assert.ok(parameter, `no parameter ${name}`);
  return parameter.values;
}
