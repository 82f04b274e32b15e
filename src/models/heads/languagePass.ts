import * as tf from '@tensorflow/tfjs';
import { primitives } from '../../tensors/primitives/current';
import { readNumbers } from '../../tensors/readBack';
import type { NormForm, NormWeights } from '../../tensors/primitives/primitives';
import { gumbel } from './draw';
import { requireFiniteLosses, type HeadInput, type HeadOutcome, type Labels } from './head';

/** What stands between the last block and the output matrix. */
export interface LanguageEnds {
  readonly norm?: { readonly weights: NormWeights; readonly form: NormForm } | undefined;
  /** [output width, width] */
  readonly project?: tf.Tensor2D | undefined;
  /** [vocabulary] */
  readonly bias?: tf.Tensor1D | undefined;
  readonly cap?: number | undefined;
}

/** Some rows of the output matrix: [rows, output width], beginning with row `first`. */
export interface OutputSlice {
  readonly first: number;
  readonly weight: tf.Tensor2D;
}

/**
 * The next token loss of one batch, with the output matrix in slices: `measure` every slice, then `differentiate` every
 * slice, then `finish`. Logits of all slices at once would take more memory than the blocks.
 *
 * Only positions whose next token is predicted get logits: of a classification prompt that is the label alone.
 */
export class LanguagePass {
  private readonly rows: tf.Tensor2D;
  private readonly normed: { value: tf.Tensor2D; stats: tf.Tensor2D } | undefined;
  private readonly hidden: tf.Tensor2D;
  private readonly targets: Int32Array;
  private readonly largest: Float64Array;
  private readonly sum: Float64Array;
  private readonly chosen: Float64Array;
  private readonly drawn: Float64Array;
  private gradient: tf.Tensor2D | undefined;
  /** The logits of the only slice there is need not be computed again. */
  private kept: { logits: tf.Tensor2D; slopes: tf.Tensor2D | undefined } | undefined;
  private logSum = new Float64Array();

  constructor(
    private readonly input: HeadInput,
    private readonly ends: LanguageEnds,
    private readonly labels: Labels,
  ) {
    const { x, batch } = input;
    const count = batch.positions.length;
    const { norm, project } = ends;
    const made = tf.tidy(() => {
      const rows: tf.Tensor2D = tf.gather(x, tf.tensor1d(batch.positions, 'int32'));
      const normed = norm && primitives().norm(rows, norm.weights, norm.form);
      const value = normed?.value ?? rows;
      const hidden = project === undefined ? value : tf.matMul(value, project, false, true);
      return { rows, hidden: hidden as tf.Tensor2D, ...normed };
    });
    this.rows = made.rows;
    this.hidden = made.hidden;
    this.normed =
      made.value === undefined || made.stats === undefined
        ? undefined
        : { value: made.value, stats: made.stats };
    this.targets = labels.kind === 'empirical' ? batch.targets : new Int32Array(count);
    this.largest = new Float64Array(count).fill(-Infinity);
    this.sum = new Float64Array(count);
    this.chosen = new Float64Array(count);
    this.drawn = new Float64Array(count).fill(-Infinity);
  }

  /** @param only whether this slice is the whole matrix */
  async measure(slice: OutputSlice, only: boolean): Promise<void> {
    const made = tf.tidy(() => this.logitsOf(slice));
    if (only) this.kept = made;
    try {
      await this.fold(made.logits, slice.first);
    } finally {
      if (!only) tf.dispose([made.logits, ...(made.slopes === undefined ? [] : [made.slopes])]);
    }
  }

  differentiate(slice: OutputSlice): void {
    if (this.logSum.length === 0)
      this.logSum = this.largest.map((most, i) => most + Math.log(this.sum[i] ?? 0));
    const { kept, gradient: before } = this;
    this.kept = undefined;
    const local = this.targets.map((target) => target - slice.first);
    try {
      this.gradient = tf.tidy(() => {
        const { logits, slopes } = kept ?? this.logitsOf(slice);
        const { weights } = this.input.batch;
        const dLogits = primitives().crossEntropyGradient(logits, this.logSum, local, weights);
        const bent = slopes === undefined ? dLogits : tf.mul(dLogits, slopes);
        const part = tf.matMul(bent, slice.weight) as tf.Tensor2D;
        return tf.keep(before === undefined ? part : primitives().addInto(before, part));
      });
    } finally {
      tf.dispose([kept?.logits, kept?.slopes].filter((tensor) => tensor !== undefined));
    }
  }

  /** Losses, and the gradient in all hidden states. @throws LabError loss-not-finite */
  finish(): HeadOutcome {
    const { norm, project } = this.ends;
    const losses = this.losses();
    const gradient = tf.tidy(() => {
      const dHidden = this.gradient ?? tf.zerosLike(this.hidden);
      const dNormed = (project === undefined ? dHidden : tf.matMul(dHidden, project)) as tf.Tensor2D;
      const dRows =
        norm === undefined || this.normed === undefined
          ? dNormed
          : primitives().normGradient(this.rows, norm.weights, this.normed.stats, dNormed, norm.form);
      const { batch, x } = this.input;
      return tf.unsortedSegmentSum(dRows, tf.tensor1d(batch.positions, 'int32'), x.shape[0]) as tf.Tensor2D;
    });
    return { losses, gradient };
  }

  /** Mean loss per member, summed in float64. Known once every slice was measured. */
  losses(): number[] {
    const { batch } = this.input;
    const losses = new Array<number>(batch.members.length).fill(0);
    batch.positions.forEach((position, i) => {
      const member = Math.floor(position / batch.length);
      const loss = (this.largest[i] ?? 0) + Math.log(this.sum[i] ?? 0) - (this.chosen[i] ?? 0);
      losses[member] = (losses[member] ?? 0) + loss * (batch.weights[i] ?? 0);
    });
    requireFiniteLosses(batch, losses);
    return losses;
  }

  /** Of each member, whether no token is likelier than a target at any position. Known once every slice was measured. */
  exact(): boolean[] {
    const { batch } = this.input;
    const exact = new Array<boolean>(batch.members.length).fill(true);
    batch.positions.forEach((position, i) => {
      // Both are float32 numbers of the same logits: the likeliest token's is the largest itself.
      if (this.chosen[i] !== this.largest[i]) exact[Math.floor(position / batch.length)] = false;
    });
    return exact;
  }

  dispose(): void {
    const { value, stats } = this.normed ?? {};
    const made = [this.rows, value, stats, this.hidden, this.gradient, this.kept?.logits, this.kept?.slopes];
    tf.dispose(made.filter((tensor) => tensor !== undefined));
  }

  /** Logits of a slice's tokens, and the slopes of their soft cap where there is one. */
  logitsOf({ first, weight }: OutputSlice): { logits: tf.Tensor2D; slopes: tf.Tensor2D | undefined } {
    const { bias, cap } = this.ends;
    let logits = tf.matMul(this.hidden, weight, false, true) as tf.Tensor2D;
    if (bias !== undefined) {
      const part = tf.slice(bias, first, weight.shape[0]);
      logits = primitives().addBias(logits, part);
      part.dispose();
    }
    if (cap === undefined) return { logits, slopes: undefined };
    const { value, slopes } = primitives().softCap(logits, cap);
    return { logits: value, slopes };
  }

  /** Takes a slice's logits into the running sums of exponentials, and finds the targets among them. */
  private async fold(logits: tf.Tensor2D, first: number): Promise<void> {
    const [count, columns] = logits.shape;
    const { labels } = this;
    // Asked for together: a card answers both at once.
    const [{ largest, sum }] = await Promise.all([
      primitives().logSumExp(logits),
      labels.kind === 'true' ? this.draw(logits, first, labels.seed) : this.pick(logits, first, columns),
    ]);
    for (let i = 0; i < count; i++) {
      const [before, now] = [this.largest[i] ?? 0, largest[i] ?? 0];
      const most = Math.max(before, now);
      // Both of a row's parts are brought to the larger of the two maxima; nothing yet counts as 0.
      const old = before === -Infinity ? 0 : (this.sum[i] ?? 0) * Math.exp(before - most);
      this.sum[i] = old + (sum[i] ?? 0) * Math.exp(now - most);
      this.largest[i] = most;
    }
  }

  private async pick(logits: tf.Tensor2D, first: number, columns: number): Promise<void> {
    const rows = [...this.targets.keys()].filter((i) => {
      const column = (this.targets[i] ?? 0) - first;
      return column >= 0 && column < columns;
    });
    if (rows.length === 0) return;
    const places = rows.map((i) => i * columns + (this.targets[i] ?? 0) - first);
    const chosen = tf.tidy(() => tf.gather(tf.reshape(logits, [-1]), tf.tensor1d(places, 'int32')));
    const reading = readNumbers(chosen);
    chosen.dispose();
    const found = await reading;
    rows.forEach((row, i) => (this.chosen[row] = found[i] ?? 0));
  }

  private async draw(logits: tf.Tensor2D, first: number, seed: number): Promise<void> {
    const { batch } = this.input;
    const [count, columns] = logits.shape;
    const values = await readNumbers(logits);
    for (let i = 0; i < count; i++) {
      const position = batch.positions[i] ?? 0;
      const sample = batch.members[Math.floor(position / batch.length)] ?? 0;
      for (let column = 0; column < columns; column++) {
        const logit = values[i * columns + column] ?? 0;
        const noisy = logit + gumbel(seed, sample, position % batch.length, first + column);
        if (noisy <= (this.drawn[i] ?? 0)) continue;
        this.drawn[i] = noisy;
        this.targets[i] = first + column;
        this.chosen[i] = logit;
      }
    }
  }
}
