import * as tf from '@tensorflow/tfjs';
import type { RotaryTables } from '../tensors/primitives/primitives';

/** Rotary embedding (Su et al. 2021) as a function of the position. */
export interface RotaryForm {
  /** Entries of a head that turn; entry i goes with entry i + dims / 2. */
  readonly dims: number;
  /** Angle of pair i at position 1, for samples of that many positions: [dims / 2]. */
  frequencies(length: number): readonly number[];
  /** Samples longer than this have other frequencies: they are not batched with shorter ones (longrope). */
  readonly boundary?: number;
  /** Factor on cosines and sines (longrope); 1 where absent. */
  readonly magnitude?: number;
}

/**
 * Cosines and sines of position × frequency, computed in float64 in JavaScript because backends differ in how exact their
 * sine is.
 */
export function rotaryTables(form: RotaryForm, length: number): RotaryTables {
  const frequencies = form.frequencies(length);
  const half = frequencies.length;
  const magnitude = form.magnitude ?? 1;
  const table = (f: (angle: number) => number): tf.Tensor2D =>
    tf.tensor2d(
      Float32Array.from(
        { length: length * half },
        (_, index) => magnitude * f(Math.floor(index / half) * (frequencies[index % half] ?? 0)),
      ),
      [length, half],
    );
  return { dims: form.dims, cos: table(Math.cos), sin: table(Math.sin) };
}
