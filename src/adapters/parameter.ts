import { seededRandom } from '../shared/random';

/** A tensor by its shape and numbers, row-major. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

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

/**
 * Uniform in ±1/√columns: torch's `kaiming_uniform_` with a = √5, as LoRA, HydraLoRA and Lily begin A and routers.
 * @param shape the last one is what a row's entries are summed over
 */
export function kaimingUniform(name: string, shape: readonly number[], seed: number): Parameter {
  // Each tensor draws from its own stream: adding one to an adapter changes no other.
  const random = seededRandom(seed, name);
  const bound = 1 / Math.sqrt(shape.at(-1) ?? 1);
  return {
    name,
    shape,
    trained: true,
    values: Float32Array.from({ length: sizeOf(shape) }, () => (2 * random() - 1) * bound),
  };
}

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
