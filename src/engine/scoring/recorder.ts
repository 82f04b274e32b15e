import * as tf from '@tensorflow/tfjs';
import type { DownProjection } from '../../adapters/downProjections';
import type { MeanGradients } from './meanGradients';
import { whenThere, type Later } from '../../tensors/later';
import { SampleNorms } from '../../tensors/perSample';

/** path -> [members of the batch] */
export type NormsOfPaths = ReadonlyMap<string, Float64Array>;

/** Per-sample squared gradient norms of one batch, by module path; what a backward pass reports to. */
export class BatchRecorder {
  private readonly squares = new Map<string, Later<Float64Array>>();
  private readonly squaresOfB = new Map<string, Later<Float64Array>>();
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
    this.squares.set(path, handled(this.norms.of(x, dy)));
    const down = this.downs.get(path);
    if (down !== undefined) this.squaresOfB.set(path, handled(this.ofB(x, dy, down)));
    this.means?.add(path, x, dy);
  };

  /** Squared norms of each module's gradient, once the device has them. */
  squaredNorms = (): Promise<NormsOfPaths> => allOf(this.squares);

  /** The same of a LoRA adapter's B at B = 0, where its A was given. */
  squaredNormsOfB = (): Promise<NormsOfPaths> => allOf(this.squaresOfB);

  dispose(): void {
    this.norms.dispose();
    this.normsOfB.dispose();
  }

  /** With ΔW = s B A, ∂ℓ/∂B = s (∂ℓ/∂W) Aᵀ: the layer that B would be has the inputs x Aᵀ. */
  private ofB(x: tf.Tensor2D, dy: tf.Tensor2D, { a, scaling }: DownProjection): Later<Float64Array> {
    const inner = tf.matMul(x, a, false, true) as tf.Tensor2D;
    const norms = this.normsOfB.of(inner, dy);
    inner.dispose();
    return whenThere(norms, (values) => values.map((norm) => scaling ** 2 * norm));
  }
}

/** A rejection is met by whoever asks for the norms; where the pass has failed before, nobody does. */
function handled<T>(value: Later<T>): Later<T> {
  if (value instanceof Promise) value.catch(() => undefined);
  return value;
}

const allOf = async (norms: ReadonlyMap<string, Later<Float64Array>>): Promise<NormsOfPaths> =>
  new Map(await Promise.all([...norms].map(async ([path, values]) => [path, await values] as const)));
