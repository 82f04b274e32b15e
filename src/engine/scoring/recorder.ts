import * as tf from '@tensorflow/tfjs';
import type { DownProjection } from '../../models/downProjections';
import type { Module } from '../../shared/words';
import { primitives } from '../../tensors/primitives/current';
import { SampleNorms } from '../../tensors/perSample';

/** Per-sample squared gradient norms of one batch, by module path; what a backward pass reports to. */
export class BatchRecorder {
  /** path -> [members of the batch] */
  readonly squaredNorms = new Map<string, Float64Array>();
  /** The same of a LoRA adapter's B at B = 0, where its A was given. */
  readonly squaredNormsOfB = new Map<string, Float64Array>();
  private readonly norms: SampleNorms;
  private readonly normsOfB: SampleNorms;

  /**
   * @param means where the whole gradient is gathered as well
   * @param downs A of each module whose B is scored too
   */
  constructor(
    samples: number,
    private readonly means?: MeanGradients,
    private readonly downs: ReadonlyMap<string, DownProjection> = new Map(),
  ) {
    this.norms = new SampleNorms(samples);
    this.normsOfB = new SampleNorms(samples);
  }

  readonly record = (path: string, x: tf.Tensor2D, dy: tf.Tensor2D): void => {
    this.squaredNorms.set(path, this.norms.of(x, dy));
    const down = this.downs.get(path);
    if (down !== undefined) this.squaredNormsOfB.set(path, this.ofB(x, dy, down));
    this.means?.add(path, x, dy);
  };

  dispose(): void {
    this.norms.dispose();
    this.normsOfB.dispose();
  }

  /** With ΔW = s B A, ∂ℓ/∂B = s (∂ℓ/∂W) Aᵀ: the layer that B would be has the inputs x Aᵀ. */
  private ofB(x: tf.Tensor2D, dy: tf.Tensor2D, { a, scaling }: DownProjection): Float64Array {
    const inner = tf.matMul(x, a, false, true) as tf.Tensor2D;
    const norms = this.normsOfB.of(inner, dy).map((norm) => scaling ** 2 * norm);
    inner.dispose();
    return norms;
  }
}

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
