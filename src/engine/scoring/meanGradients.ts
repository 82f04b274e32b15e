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
  /** The same of the mean gradient of each group of samples, where there are groups. */
  readonly groups?: readonly number[] | undefined;
}

/**
 * Sums of weight gradients over samples, as large as the weights themselves and in their orientation. The order in which
 * batches come decides the last digits.
 *
 * Where samples come in groups, a group's sum is scored and added to that of all groups when it ends: two sums are held then.
 */
export class MeanGradients {
  /** Of the group under way, in the parts of rows that the device can bind. */
  private readonly sums = new Map<string, tf.Tensor2D[]>();
  /** Of the groups that have ended. */
  private readonly ended = new Map<string, tf.Tensor2D[]>();
  private readonly groups = new Map<string, number[]>();

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
   * Scores what was added since the last group ended, and begins another.
   * @param weight as stored
   * @param samples of the group
   */
  async endGroup({ path }: Module, weight: Matrix, samples: number): Promise<void> {
    const sums = this.sumsOf(path);
    const salience = await salienceOf(sums, weight);
    this.sums.delete(path);
    const before = this.ended.get(path);
    this.ended.set(
      path,
      before === undefined
        ? sums
        : sums.map((sum, index) => tf.keep(primitives().addInto(before[index] as tf.Tensor2D, sum))),
    );
    if (before !== undefined) tf.dispose(sums);
    this.groups.set(path, [...(this.groups.get(path) ?? []), salience / samples]);
  }

  /**
   * The scores of a module, whose sum is then forgotten; where there are groups, of those that have ended.
   * @param weight as stored
   */
  async take({ path }: Module, weight: Matrix, samples: number): Promise<WholeGradientScores> {
    const groups = this.groups.get(path);
    const sums = this.ended.get(path) ?? this.sumsOf(path);
    for (const held of [this.sums, this.ended, this.groups]) held.delete(path);
    try {
      const squared = sums.map(squaresOf);
      const salience = await salienceOf(sums, weight);
      let squares = 0;
      for (const square of squared) squares += (await square)[0] ?? 0;
      return {
        meanGradientSquaredNorm: squares / samples ** 2,
        taylor: salience / samples,
        ...(groups === undefined ? {} : { groups }),
      };
    } finally {
      tf.dispose(sums);
    }
  }

  dispose(): void {
    for (const held of [this.sums, this.ended]) {
      for (const sums of held.values()) tf.dispose(sums);
      held.clear();
    }
  }

  private sumsOf(path: string): tf.Tensor2D[] {
    const sums = this.sums.get(path);
    if (sums === undefined) throw new Error(`No gradient of ${path} was gathered.`);
    return sums;
  }
}

/** Σ |sum ∘ W| over all parts. */
async function salienceOf(sums: readonly tf.Tensor2D[], weight: Matrix): Promise<number> {
  const parts = partsOf(weight).map((part, index) =>
    primitives().absoluteDot(sums[index] as tf.Tensor2D, part),
  );
  let salience = 0;
  for (const part of parts) salience += await part;
  return salience;
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
