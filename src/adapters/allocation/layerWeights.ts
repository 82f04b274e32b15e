import { sharesWithin } from '../../shared/shareOut';

/**
 * How much a layer's loss depends on its adapters: the sum of their squared gradients over the number of their parameters,
 * (loss per unit of parameter)². Inspired by dynamic LoRA (arXiv 2501.14859), whose abstract asks for the importance of
 * layers during tuning and gives no equation.
 * @param gradients of the layer's A and B; 0 of none
 */
export function layerImportance(gradients: Iterable<Float32Array>): number {
  let [squares, count] = [0, 0];
  for (const gradient of gradients) {
    for (let i = 0; i < gradient.length; i++) squares += (gradient[i] as number) ** 2;
    count += gradient.length;
  }
  return count === 0 ? 0 : squares / count;
}

/** What has to be kept of an average to go on later; JSON holds it to the last digit. */
export interface AverageState {
  readonly averages: readonly number[];
  readonly updates: number;
}

/**
 * Exponential moving average of the layers' importance, I ← β·I + (1 − β)·i, corrected for its start at 0 by 1/(1 − βᵗ) as
 * Adam's are (Kingma and Ba 2015, arXiv 1412.6980, section 3).
 */
export class ImportanceAverage {
  private averages: readonly number[];
  private updates: number;

  /**
   * @param layers how many there are
   * @param beta decay, in [0, 1)
   * @param from the state of an earlier average
   */
  constructor(
    layers: number,
    private readonly beta = 0.9,
    from?: AverageState,
  ) {
    this.averages = from?.averages ?? Array.from({ length: layers }, () => 0);
    this.updates = from?.updates ?? 0;
  }

  /** @param importance of each layer in this step */
  update(importance: readonly number[]): void {
    this.averages = this.averages.map((mean, l) => this.beta * mean + (1 - this.beta) * (importance[l] ?? 0));
    this.updates += 1;
  }

  /** The corrected averages, in units of the importance; 0 before the first update. */
  get values(): number[] {
    const correction = this.updates === 0 ? 1 : 1 - this.beta ** this.updates;
    return this.averages.map((mean) => mean / correction);
  }

  get state(): AverageState {
    return { averages: this.averages, updates: this.updates };
  }
}

export interface LayerWeightSettings {
  /** 1: weights in proportion to the importance; Infinity: all 1. */
  readonly temperature?: number;
  /** Bounds of a weight, on either side of 1. */
  readonly min?: number;
  readonly max?: number;
  /** Keeps the logarithm of a layer without a gradient finite. */
  readonly epsilon?: number;
}

/**
 * Weights of the layers, mean 1: L·softmax(log(u + ε)/τ) with u = I / mean(I), within [min, max]. Our design, after the
 * abstract of dynamic LoRA (arXiv 2501.14859).
 *
 * Clamping alone would move the mean, and scaling back would break the bounds again; so what goes beyond a bound is fixed
 * there and the rest is shared by the others in proportion, until all fit: w_l = clamp(c·softmax_l) for the one c that keeps
 * the mean.
 *
 * @param importance of each layer, not negative
 */
export function layerWeights(
  importance: readonly number[],
  { temperature = 1, min = 0.25, max = 4, epsilon = 1e-8 }: LayerWeightSettings = {},
): number[] {
  const layers = importance.length;
  const mean = importance.reduce((sum, value) => sum + value, 0) / layers;
  // No gradient anywhere says nothing of any layer.
  if (!(mean > 0)) return importance.map(() => 1);
  const logits = importance.map((value) => Math.log(value / mean + epsilon) / temperature);
  // The largest is taken off first, so that no exponential overflows; it cancels out.
  const largest = Math.max(...logits);
  const shares = logits.map((logit) => Math.exp(logit - largest));
  // Rounding may leave a share outside by 1e-9.
  return sharesWithin(layers, shares, min, max).map((weight) => Math.min(max, Math.max(min, weight)));
}
