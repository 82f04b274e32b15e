import * as tf from '@tensorflow/tfjs';
import type { RotaryTables } from '../../tensors/ops';
import type { LlamaConfig, RopeScaling } from './config';

/**
 * Cosines and sines of rotary angles, position × θ^(-2i / head size), computed in float64 in JavaScript because
 * backends differ in how exact their sine is.
 */
export function ropeTables(config: LlamaConfig, length: number): RotaryTables {
  const size = config.headSize;
  const half = size / 2;
  const frequencies = Array.from({ length: half }, (_, i) => {
    const frequency = config.ropeTheta ** ((-2 * i) / size);
    return config.ropeScaling === undefined ? frequency : scaled(frequency, config.ropeScaling);
  });
  const table = (f: (angle: number) => number): tf.Tensor2D =>
    tf.tensor2d(
      Float32Array.from({ length: length * size }, (_, index) =>
        f(Math.floor(index / size) * (frequencies[index % half] ?? 0)),
      ),
      [length, size],
    );
  const halfTurn = new Float32Array(size * size);
  for (let i = 0; i < half; i++) {
    halfTurn[(i + half) * size + i] = -1;
    halfTurn[i * size + i + half] = 1;
  }
  return { cos: table(Math.cos), sin: table(Math.sin), halfTurn: tf.tensor2d(halfTurn, [size, size]) };
}

/** Llama 3's scaling: low frequencies are divided by the factor, high ones left, those between blended linearly. */
function scaled(frequency: number, scaling: RopeScaling): number {
  const turns = (scaling.originalLength * frequency) / (2 * Math.PI);
  if (turns < scaling.lowFrequencyFactor) return frequency / scaling.factor;
  if (turns > scaling.highFrequencyFactor) return frequency;
  const blend =
    (turns - scaling.lowFrequencyFactor) / (scaling.highFrequencyFactor - scaling.lowFrequencyFactor);
  return (1 - blend) * (frequency / scaling.factor) + blend * frequency;
}
