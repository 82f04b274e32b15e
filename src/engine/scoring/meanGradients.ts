import * as tf from '@tensorflow/tfjs';
import type { Module } from '../../shared/words';
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
  private readonly sums = new Map<string, tf.Tensor2D>();

  /** @param orientation of the weights as stored */
  constructor(private readonly orientation: 'out-in' | 'in-out') {}

  add(path: string, x: tf.Tensor2D, dy: tf.Tensor2D): void {
    const [left, right] = this.orientation === 'out-in' ? [dy, x] : [x, dy];
    const part = tf.matMul(left, right, true, false) as tf.Tensor2D;
    const before = this.sums.get(path);
    const sum = before === undefined ? part : primitives().addInto(before, part);
    this.sums.set(path, tf.keep(sum));
    if (sum !== part) part.dispose();
  }

  /**
   * The scores of a module, whose sum is then forgotten.
   * @param weight as stored
   */
  take({ path }: Module, weight: tf.Tensor2D, samples: number): WholeGradientScores {
    const sum = this.sums.get(path);
    if (sum === undefined) throw new Error(`No gradient of ${path} was gathered.`);
    this.sums.delete(path);
    let [squares, salience] = [0, 0];
    try {
      tf.tidy(() => {
        const flat = tf.reshape(sum, [1, -1]);
        squares = primitives().dots(flat, flat)[0] ?? 0;
        salience = primitives().absoluteDot(sum, weight);
      });
    } finally {
      sum.dispose();
    }
    return { meanGradientSquaredNorm: squares / samples ** 2, taylor: salience / samples };
  }

  dispose(): void {
    for (const sum of this.sums.values()) sum.dispose();
    this.sums.clear();
  }
}
