import { layerUncertainty } from '../planning/anytime';
import type { Uncertainty } from '../planning/bootstrap';
import { layerRows, layerScores } from '../planning/layerScores';
import { splitHalves, type Stability } from '../planning/stability';
import { meanAndError } from '../planning/standardError';
import type { LayerScore, ModuleScore } from '../shared/scoreFile';
import type { Module } from '../shared/words';
import type { WholeGradientScores } from './scoring/meanGradients';

/**
 * The per-sample values of one task, gathered block by block and batch by batch in any order. Sums are taken in float64 in
 * the order of the samples, so that they do not depend on how samples were batched or shared out.
 */
export class TaskScores {
  /** [measured][sample] */
  private readonly values: Float64Array[];
  /** [layer][sample]: 1 where the values of that layer's modules are known. */
  private readonly known: Uint8Array[];
  /** [sample]: in how many layers its values are known. */
  private readonly layersKnown: Uint32Array;
  private done = 0;
  protected readonly whole = new Map<string, WholeGradientScores>();
  private readonly lossOf: Float64Array;

  /** Of the modules, and behind them of those whose B is scored as well. */
  private readonly measured: readonly Module[];

  /**
   * @param adapted modules that have an adapter whose B is scored as well
   * @param measure what a sample's value is, of the squared norm of its gradient; of B it is that norm itself
   */
  constructor(
    protected readonly modules: readonly Module[],
    readonly samples: number,
    private readonly adapted: readonly Module[] = [],
    private readonly measure: (squaredNorm: number) => number = (squaredNorm) => squaredNorm,
  ) {
    const layers = Math.max(-1, ...modules.map(({ layer }) => layer)) + 1;
    this.measured = [...modules, ...adapted];
    this.values = this.measured.map(() => new Float64Array(samples));
    this.known = Array.from({ length: layers }, () => new Uint8Array(samples));
    this.layersKnown = new Uint32Array(samples);
    this.lossOf = new Float64Array(samples).fill(NaN);
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
    const layers = this.modules.map(({ layer }) => layer);
    return layerUncertainty(layerRows(layers, this.rows()).map(({ values }) => values));
  }

  /** What a reader of the scores should know, behind the name of the task. */
  caveat(): string | undefined {
    return undefined;
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
