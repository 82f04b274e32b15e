import type { NamedArray } from '../shared/namedArray';
import { kaimingUniformValues, seededRandom } from '../shared/random';

/**
 * A tensor of an adapter. Its numbers live in the process's memory, where the optimizer works on them and checkpoints are
 * made of them; the device has a copy while a step is computed (`Placed`).
 */
export interface Parameter extends NamedArray {
  /** Path of its module and what it is there: `model.layers.0.self_attn.q_proj.lora_A`. */
  readonly name: string;
  /** Gradients change it. What is false is kept in checkpoints all the same (running statistics, say). */
  readonly trained: boolean;
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1);

/** All zeros: B's, so that an adapter changes nothing at the start. */
export const zeros = (name: string, shape: readonly number[], trained = true): Parameter => ({
  name,
  shape,
  trained,
  values: new Float32Array(sizeOf(shape)),
});

/** A or a router at the start: `kaimingUniformValues`. */
export const kaimingUniform = (name: string, shape: readonly number[], seed: number): Parameter => ({
  name,
  shape,
  trained: true,
  values: kaimingUniformValues(name, shape, seed),
});

/** Normal with mean 0: torch's `normal_`, as AdaLoRA begins A and B. */
export function normal(name: string, shape: readonly number[], deviation: number, seed: number): Parameter {
  const random = seededRandom(seed, name);
  return {
    name,
    shape,
    trained: true,
    // Box and Muller 1958; 1 - u lies in (0, 1], so that the logarithm is finite.
    values: Float32Array.from(
      { length: sizeOf(shape) },
      () => deviation * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
    ),
  };
}

/** Trainable numbers. */
export const countParameters = (parameters: readonly Parameter[]): number =>
  parameters.reduce((sum, { trained, values }) => sum + (trained ? values.length : 0), 0);
