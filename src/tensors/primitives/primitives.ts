import type * as tf from '@tensorflow/tfjs';
import type { Later } from '../later';

/**
 * What transformer blocks need beyond tfjs's own operations: forward and backward forms without a tape, in few passes over
 * memory. Three implementations: `composed` out of tfjs operations, the plain statement of what each computes; `onCard`,
 * the same with sums on the card, so that few numbers are read back; and `heap` by our own WebAssembly kernels. The
 * operations of ops/ wrap them into gradients. What is read back may come later (`Later`).
 *
 * Shapes are written [rows, columns]; all tensors are float32. An argument named `consumed` belongs to the callee: the result
 * may be that very tensor, overwritten.
 */
export interface Primitives {
  /** Layer norm or root mean square norm over the last axis. @returns value [rows, width]; stats for the gradient */
  norm(x: tf.Tensor2D, weights: NormWeights, form: NormForm): { value: tf.Tensor2D; stats: tf.Tensor2D };
  /** Gradient in x. @param stats what `norm` gave: [rows, 2], mean (0 for rms) and inverse deviation */
  normGradient(
    x: tf.Tensor2D,
    weights: NormWeights,
    stats: tf.Tensor2D,
    dy: tf.Tensor2D,
    form: NormForm,
  ): tf.Tensor2D;

  activation(x: tf.Tensor2D, kind: Activation): tf.Tensor2D;
  /** f(x), and f'(x) for a gradient that then is one product. */
  activationAndSlope(x: tf.Tensor2D, kind: Activation): { value: tf.Tensor2D; slope: tf.Tensor2D };
  /** dy · f'(x) */
  activationGradient(x: tf.Tensor2D, dy: tf.Tensor2D, kind: Activation): tf.Tensor2D;
  /** f(gate) · up */
  gated(gate: tf.Tensor2D, up: tf.Tensor2D, kind: Activation): tf.Tensor2D;
  gatedGradient(
    gate: tf.Tensor2D,
    up: tf.Tensor2D,
    dy: tf.Tensor2D,
    kind: Activation,
  ): { gate: tf.Tensor2D; up: tf.Tensor2D };

  /** @param bias [columns] */
  addBias(consumed: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor2D;
  /** Elementwise sum of two tensors of one shape. */
  addInto<T extends tf.Tensor>(consumed: T, other: T): T;

  /**
   * Cuts the columns of a projection into heads and turns them by rotary embedding where tables are given.
   * @param x [batch · length, columns]
   * @returns [batch, heads, length, head size]
   */
  splitHeads(x: tf.Tensor2D, layout: HeadLayout, batch: number, rotary?: RotaryTables): tf.Tensor4D;
  /**
   * The inverse of `splitHeads` for one or more parts of one projection, and at once its gradient: a rotation's gradient is
   * the rotation back.
   * @param parts together they fill every column exactly once
   * @returns [batch · length, columns]
   */
  joinHeads(parts: readonly HeadPart[], columns: number): tf.Tensor2D;

  /**
   * Masked softmax over keys.
   * @param consumed [batch, key heads, group · length, length] raw products of queries and keys
   * @returns shares of the same shape; slopes of the soft cap for the gradient, where there is a cap
   */
  shares(
    consumed: tf.Tensor4D,
    form: AttentionForm,
  ): { shares: tf.Tensor4D; slopes?: tf.Tensor4D | undefined };
  /** Gradient in the raw products. @param consumed gradient in the shares */
  sharesGradient(
    consumed: tf.Tensor4D,
    shares: tf.Tensor4D,
    slopes: tf.Tensor4D | undefined,
    form: AttentionForm,
  ): tf.Tensor4D;

  /** cap · tanh(x / cap) and its slope 1 - tanh². */
  softCap(consumed: tf.Tensor2D, cap: number): { value: tf.Tensor2D; slopes: tf.Tensor2D };

  /**
   * Of each row: the largest entry, and the sum of exp(entry - largest), in float64.
   * @param logits [rows, columns]
   */
  logSumExp(logits: tf.Tensor2D): Later<{ largest: Float64Array; sum: Float64Array }>;
  /**
   * weights[row] · (exp(logits - logSum[row]) - [column = targets[row]]).
   * @param consumed [rows, columns] logits
   * @param targets column of each row's target; outside [0, columns) = none
   */
  crossEntropyGradient(
    consumed: tf.Tensor2D,
    logSum: Float64Array,
    targets: Int32Array,
    weights: Float32Array,
  ): tf.Tensor2D;

  /** Σ a ∘ b over all but the first axis, in float64. @returns one number for each index of the first axis */
  dots(a: tf.Tensor, b: tf.Tensor): Later<Float64Array>;
  /** Σ |a ∘ b| over everything, in float64. */
  absoluteDot(a: tf.Tensor, b: tf.Tensor): Later<number>;
}

/** Names as in Hugging Face's `hidden_act`, brought to one spelling: `gelu` is exact, `gelu-tanh` the tanh form. */
export const activations = ['gelu', 'gelu-tanh', 'quick-gelu', 'relu', 'silu', 'tanh'] as const;
export type Activation = (typeof activations)[number];

export interface NormForm {
  readonly kind: 'layer' | 'rms';
  readonly epsilon: number;
  /** Added to the weight: 1 in Gemma, whose norms multiply by 1 + weight. */
  readonly weightOffset: 0 | 1;
}

export interface NormWeights {
  /** [width]; absent where the norm has no weight. */
  readonly weight?: tf.Tensor1D | undefined;
  readonly bias?: tf.Tensor1D | undefined;
}

/** Where the heads of queries, keys or values stand in the columns of a projection. */
export interface HeadLayout {
  readonly heads: number;
  readonly headSize: number;
  /** Column of the first head's first entry. */
  readonly offset: number;
  /** Columns from one head to the next. */
  readonly stride: number;
}

export interface HeadPart {
  /** [batch, heads, length, head size] */
  readonly values: tf.Tensor4D;
  readonly layout: HeadLayout;
  /** Turned back by these. */
  readonly rotary?: RotaryTables | undefined;
}

/** Tables of a rotary embedding (Su et al. 2021): entry i of a head turns with entry i + dims / 2, for i < dims / 2. */
export interface RotaryTables {
  /** Entries of a head that turn; the rest stays. */
  readonly dims: number;
  /** [positions, dims / 2], as long as the batch or longer. */
  readonly cos: tf.Tensor2D;
  readonly sin: tf.Tensor2D;
}

export interface AttentionForm {
  /** Queries and keys of one sample. Row r of a head's products is position r mod `length`. */
  readonly length: number;
  /** Position t sees positions up to t alone. */
  readonly causal: boolean;
  /** Position t sees positions above t - window alone. */
  readonly window?: number | undefined;
  /** Real tokens of each sample: positions from there on are never seen. */
  readonly lengths: Int32Array;
  readonly scale: number;
  /** Products z become cap · tanh(z / cap) after scaling. */
  readonly cap?: number | undefined;
}
