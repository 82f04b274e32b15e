import * as tf from '@tensorflow/tfjs';
import { cutRows } from '../../tensors/cardLimits';
import type { Later } from '../../tensors/later';
import { readNumbers } from '../../tensors/readBack';

/** Sums over the rows of one half of the samples, around a point that both halves share. */
interface Moments {
  rows: number;
  /** [width] */
  readonly sum: Float64Array;
  /** [width, width] */
  readonly products: Float64Array;
}

/**
 * Second moments of what a linear layer is given, for the even and the odd samples apart: summed on the device in float32 over
 * a batch, and in float64 over the batches, around the mean of the first batch so that no large numbers cancel.
 */
export class InputMoments {
  private readonly halves: readonly [Moments, Moments];
  private center: tf.Tensor1D | undefined;

  constructor(readonly width: number) {
    const empty = (): Moments => ({
      ...{ rows: 0, sum: new Float64Array(width), products: new Float64Array(width * width) },
    });
    this.halves = [empty(), empty()];
  }

  /**
   * @param x [rows, width]
   * @param rows those of each half that are no padding
   * @returns adds what was summed, once the device has it
   */
  add(x: tf.Tensor2D, rows: readonly [Int32Array, Int32Array]): () => Promise<void> {
    let summed: (Sums | undefined)[] = [];
    // Not the scope's result: tidy would look through all numbers for tensors.
    tf.tidy(() => {
      this.center ??= tf.keep(
        tf.mean(gathered(x, Int32Array.from([...rows[0], ...rows[1]])), 0) as tf.Tensor1D,
      );
      const { center } = this;
      summed = rows.map((own) => (own.length === 0 ? undefined : sumsOf(tf.sub(gathered(x, own), center))));
    });
    return async () => {
      for (const [half, sums] of summed.entries()) {
        const into = this.halves[half];
        if (sums === undefined || into === undefined) continue;
        into.rows += rows[half]?.length ?? 0;
        addInto(into.sum, await sums.sum, 0);
        let at = 0;
        for (const part of sums.products) at += addInto(into.products, await part, at);
      }
    };
  }

  /** Covariance of the rows of both halves, or of one; undefined where it has none. */
  covariance(half?: 0 | 1): Float64Array | undefined {
    const taken: readonly Moments[] = half === undefined ? this.halves : [this.halves[half]];
    const rows = taken.reduce((sum, one) => sum + one.rows, 0);
    if (rows === 0) return undefined;
    const { width } = this;
    const covariance = new Float64Array(width * width);
    const mean = new Float64Array(width);
    for (const { sum, products } of taken) {
      for (let i = 0; i < width; i++) mean[i] = (mean[i] as number) + (sum[i] as number) / rows;
      for (let i = 0; i < covariance.length; i++)
        covariance[i] = (covariance[i] as number) + (products[i] as number) / rows;
    }
    for (let i = 0, at = 0; i < width; i++) {
      for (let j = 0; j < width; j++, at++)
        covariance[at] = (covariance[at] as number) - (mean[i] as number) * (mean[j] as number);
    }
    return covariance;
  }

  dispose(): void {
    this.center?.dispose();
    this.center = undefined;
  }
}

const gathered = (x: tf.Tensor2D, rows: Int32Array): tf.Tensor2D => tf.gather(x, tf.tensor1d(rows, 'int32'));

interface Sums {
  readonly sum: Later<Float32Array>;
  /** In parts of rows. */
  readonly products: readonly Later<Float32Array>[];
}

function sumsOf(rows: tf.Tensor2D): Sums {
  const [count, width] = rows.shape;
  return {
    // As a product: tfjs's own sum over many rows loses digits on WebAssembly.
    sum: readNumbers(tf.matMul(tf.ones([1, count]), rows)),
    products: cutRows(width, width).map(([first, size]) =>
      readNumbers(tf.matMul(tf.slice(rows, [0, first], [-1, size]), rows, true, false)),
    ),
  };
}

/** @returns how many were added */
function addInto(target: Float64Array, values: Float32Array, from: number): number {
  for (let i = 0; i < values.length; i++)
    target[from + i] = (target[from + i] as number) + (values[i] as number);
  return values.length;
}
