import * as tf from '@tensorflow/tfjs';
import type { Module } from '../../shared/words';
import type { Later } from '../../tensors/later';
import { cutRows } from '../../tensors/cardLimits';
import { partsOf, type Matrix } from '../../tensors/ops/matrix';
import { primitives } from '../../tensors/primitives/current';

/** What needs the whole gradient: Ḡ = (1/S) Σ_s ∂ℓ_s/∂W. */
export interface WholeGradientScores {
  /** ‖Ḡ‖² */
  readonly meanGradientSquaredNorm: number;
  /** Σ |Ḡ ∘ W|: first-order Taylor salience (Molchanov et al. 2017). */
  readonly taylor: number;
}

/**
 * Sums of weight gradients over samples, as large as the weights themselves and in their orientation. The order in which
 * batches come decides the last digits.
 */
export class MeanGradients {
  /** In the parts of rows that the device can bind. */
  private readonly sums = new Map<string, tf.Tensor2D[]>();

  /** @param orientation of the weights as stored */
  constructor(private readonly orientation: 'out-in' | 'in-out') {}

  add(path: string, x: tf.Tensor2D, dy: tf.Tensor2D): void {
    const [left, right] = this.orientation === 'out-in' ? [dy, x] : [x, dy];
    const before = this.sums.get(path);
    const cuts = cutRows(left.shape[1], right.shape[1]);
    const sums = tf.tidy(() =>
      cuts.map(([first, count], index) => {
        const columns = cuts.length === 1 ? left : tf.slice(left, [0, first], [-1, count]);
        const part = tf.matMul(columns, right, true, false) as tf.Tensor2D;
        const known = before?.[index];
        return known === undefined ? part : primitives().addInto(known, part);
      }),
    );
    for (const sum of sums) tf.keep(sum);
    this.sums.set(path, sums);
  }

  /**
   * The scores of a module, whose sum is then forgotten.
   * @param weight as stored
   */
  async take({ path }: Module, weight: Matrix, samples: number): Promise<WholeGradientScores> {
    const sums = this.sums.get(path);
    if (sums === undefined) throw new Error(`No gradient of ${path} was gathered.`);
    this.sums.delete(path);
    try {
      const parts = partsOf(weight).map((part, index) => {
        const sum = sums[index] as tf.Tensor2D;
        return [squaresOf(sum), primitives().absoluteDot(sum, part)] as const;
      });
      let [squares, salience] = [0, 0];
      for (const [square, absolute] of parts) {
        squares += (await square)[0] ?? 0;
        salience += await absolute;
      }
      return { meanGradientSquaredNorm: squares / samples ** 2, taylor: salience / samples };
    } finally {
      tf.dispose(sums);
    }
  }

  dispose(): void {
    for (const sums of this.sums.values()) tf.dispose(sums);
    this.sums.clear();
  }
}

/** Σ x², as the one entry of what `dots` gives. */
function squaresOf(x: tf.Tensor2D): Later<Float64Array> {
  let squares: Later<Float64Array> = new Float64Array();
  // Not the scope's result: tidy would look through all numbers for tensors.
  tf.tidy(() => {
    const flat = tf.reshape(x, [1, -1]);
    squares = primitives().dots(flat, flat);
  });
  return squares;
}
