import * as tf from '@tensorflow/tfjs';
import type { DownProjection } from '../../models/downProjections';
import type { MeanGradients } from './meanGradients';
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
