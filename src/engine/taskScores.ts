import { layerUncertainty, type Looks } from '../planning/anytime';
import { uncertaintyOf, type LayerRows, type Uncertainty } from '../planning/bootstrap';
import type { Certainty } from '../shared/certainty';
import { layerRows, layerScores } from '../planning/layerScores';
import { splitHalves, type Stability } from '../planning/stability';
import { meanAndError } from '../shared/meanAndError';
import type { LayerScore, ModuleScore } from '../shared/scoreFile';
import type { Module } from '../shared/words';
import type { WholeGradientScores } from './scoring/meanGradients';
import { largestOf } from '../shared/largestOf';

/**
 * The per-sample values of one task, gathered block by block and batch by batch in any order. Sums are taken in float64 in
 * the order of the samples, so that they do not depend on how samples were batched or shared out.
 */
export class TaskScores {
  /** [measured][sample] */
  private values: Float64Array[];
  /** [layer][sample]: 1 where the values of that layer's modules are known. */
  private known: Uint8Array[];
  /** [sample]: in how many layers its values are known. */
  private readonly layersKnown: Uint32Array;
  private done = 0;
  protected readonly whole = new Map<string, WholeGradientScores>();
  private lossOf: Float64Array;
  private wanted: number;

  /** Of the modules, and behind them of those whose B is scored as well. */
  private readonly measured: readonly Module[];

  /**
   * @param adapted modules that have an adapter whose B is scored as well
   * @param measure what a sample's value is, of the squared norm of its gradient; of B it is that norm itself
   * @param looks where no more samples are wanted once the top layers are sure
   */
  constructor(
    protected readonly modules: readonly Module[],
    samples: number,
    private readonly adapted: readonly Module[] = [],
    private readonly measure: (squaredNorm: number) => number = (squaredNorm) => squaredNorm,
    private readonly looks?: Looks,
  ) {
    this.wanted = samples;
    const layers = Math.max(-1, largestOf(modules.map(({ layer }) => layer))) + 1;
    this.measured = [...modules, ...adapted];
    this.values = this.measured.map(() => new Float64Array(samples));
    this.known = Array.from({ length: layers }, () => new Uint8Array(samples));
    this.layersKnown = new Uint32Array(samples);
    this.lossOf = new Float64Array(samples).fill(NaN);
  }

  /** Samples that are scored; fewer than there are once the top layers are sure. */
  get samples(): number {
    return this.wanted;
  }

  /** How sure the top layers were at each look; undefined where all samples are scored. */
  get certainty(): Certainty | undefined {
    return this.looks?.certainty;
  }

  /** Samples of which every value is known. */
  get samplesDone(): number {
    return this.done;
  }

  /** Whether any score is known. */
  get begun(): boolean {
    return this.known.some((layer) => layer.includes(1));
  }

  get finished(): boolean {
    return this.done === this.samples;
  }

  /**
   * Looks whether the top layers are sure, where all samples up to the next look are known; if so, these are all that are
   * wanted.
   *
   * @returns whether it has looked
   */
  look(): boolean {
    const { looks } = this;
    if (looks === undefined || looks.next !== this.done) return false;
    if (looks.look(this.layerRows())) this.end();
    return true;
  }

  /** Mean over the samples of each sample's own loss; NaN until all are known. */
  get meanLoss(): number {
    return this.lossOf.reduce((sum, loss) => sum + loss, 0) / this.samples;
  }

  /**
   * @param layer the block whose modules' values these are; undefined = of all modules
   * @param norms [module][member], and behind them those of B
   */
  add(
    members: readonly number[],
    norms: readonly (readonly number[])[],
    layer: number | undefined = undefined,
  ): void {
    let row = 0;
    this.measured.forEach((module, index) => {
      if (layer !== undefined && module.layer !== layer) return;
      const mine = norms[row++] ?? [];
      const values = this.values[index] as Float64Array;
      members.forEach((sample, member) => {
        const norm = mine[member] ?? 0;
        values[sample] = index < this.modules.length ? this.measure(norm) : norm;
      });
    });
    const layers = layer === undefined ? this.known : [this.known[layer] ?? new Uint8Array()];
    for (const known of layers) {
      for (const sample of members) {
        if (known[sample] === 1) continue;
        known[sample] = 1;
        const count = (this.layersKnown[sample] ?? 0) + 1;
        this.layersKnown[sample] = count;
        if (count === this.known.length) this.done++;
      }
    }
  }

  addLosses(members: readonly number[], losses: readonly number[]): void {
    members.forEach((sample, member) => (this.lossOf[sample] = losses[member] ?? NaN));
  }

  addWhole(scores: readonly (WholeGradientScores & { readonly path: string })[]): void {
    for (const { path, ...values } of scores) this.whole.set(path, values);
  }

  /** Means and standard errors over what is known so far, in the order of the modules. */
  soFar(): { scores: number[]; standardErrors: number[]; layerStandardErrors: number[] } {
    const summaries = this.rows().map((row) => meanAndError(row));
    return {
      scores: summaries.map(({ mean }) => mean),
      standardErrors: summaries.map(({ standardError }) => standardError),
      layerStandardErrors: this.layerScores().map(({ standardError }) => standardError),
    };
  }

  moduleScores(perSample: boolean): ModuleScore[] {
    const rows = this.rows();
    const rowsOfB = new Map(this.adapted.map(({ path }, i) => [path, this.knownOf(this.modules.length + i)]));
    return this.modules.map((module, index) => {
      const row = rows[index] ?? new Float64Array();
      const { mean, standardError } = meanAndError(row);
      return {
        ...module,
        score: mean,
        standardError,
        ...(perSample ? { perSample: [...row] } : {}),
        ...wholeOf(this.whole.get(module.path)),
        ...ofB(rowsOfB.get(module.path), perSample),
      };
    });
  }

  layerScores(): LayerScore[] {
    return layerScores(
      this.modules.map(({ layer }) => layer),
      this.rows(),
    );
  }

  stability(): Stability {
    return splitHalves(this.rows());
  }

  /** Of the layers' means over samples, where scores are such means. */
  uncertainty(): Uncertainty | undefined {
    const rows = this.layerRows();
    // Where scoring stops by itself, its looks say how many samples were enough.
    return this.looks === undefined
      ? layerUncertainty(rows)
      : uncertaintyOf(rows, this.looks.certainty.layers);
  }

  /** What a reader of the scores should know, behind the name of the task. */
  caveat(): string | undefined {
    return undefined;
  }

  /** What is known is all that there will be. Samples come in their order, round by round. */
  private end(): void {
    const { done } = this;
    this.wanted = done;
    this.values = this.values.map((row) => row.slice(0, done));
    this.known = this.known.map((layer) => layer.slice(0, done));
    this.lossOf = this.lossOf.slice(0, done);
  }

  private layerRows(): LayerRows {
    const layers = this.modules.map(({ layer }) => layer);
    return layerRows(layers, this.rows()).map(({ values }) => values);
  }

  private rows(): Float64Array[] {
    return this.modules.map((_, index) => this.knownOf(index));
  }

  /** The values of a measured module that are known, in the order of the samples. */
  private knownOf(index: number): Float64Array {
    const row = this.values[index] ?? new Float64Array();
    const known = this.known[this.measured[index]?.layer ?? 0];
    const all = known?.every((value) => value === 1) === true;
    return all ? row : row.filter((_, sample) => known?.[sample] === 1);
  }
}

function wholeOf(
  scores: WholeGradientScores | undefined,
): Pick<ModuleScore, 'meanGradientSquaredNorm' | 'taylor'> {
  if (scores === undefined) return {};
  const { meanGradientSquaredNorm, taylor } = scores;
  return { meanGradientSquaredNorm, taylor };
}

function ofB(row: Float64Array | undefined, perSample: boolean): Pick<ModuleScore, 'gradientOfB'> {
  if (row === undefined) return {};
  const { mean, standardError } = meanAndError(row);
  return {
    gradientOfB: { score: mean, standardError, ...(perSample ? { perSample: [...row] } : {}) },
  };
}
