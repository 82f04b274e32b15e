import { layerUncertainty } from '../../planning/anytime';
import type { Uncertainty } from '../../planning/bootstrap';
import { splitHalves, type Stability } from '../../planning/stability';
import { meanAndError } from '../../shared/meanAndError';
import type { LayerScore, ModuleScore } from '../../shared/scoreFile';
import type { Module } from '../../shared/words';

/**
 * Gradients of each sample's loss in the gates of one task, and what they say: f = mean over samples of g², by module, and by
 * layer with the sum of its modules' gates as the layer's (FLoE, arXiv 2506.00495; the diagonal of the Fisher matrix of gates).
 */
export class GateScores {
  /** [module][sample]; 0 for modules without an adapter, whose gate changes nothing. */
  private readonly gates: Float64Array[];
  private readonly known: Uint8Array;
  private readonly losses: Float64Array;

  constructor(
    private readonly modules: readonly Module[],
    private readonly layers: number,
    readonly samples: number,
  ) {
    this.gates = modules.map(() => new Float64Array(samples));
    this.known = new Uint8Array(samples);
    this.losses = new Float64Array(samples).fill(NaN);
  }

  get samplesDone(): number {
    return this.known.reduce((sum, one) => sum + one, 0);
  }

  get meanLoss(): number {
    return this.losses.reduce((sum, loss) => sum + loss, 0) / this.samples;
  }

  /** @param gradients of a batch, [member], by module path */
  add(
    members: readonly number[],
    gradients: ReadonlyMap<string, ArrayLike<number>>,
    losses: readonly number[],
  ): void {
    this.modules.forEach(({ path }, index) => {
      const mine = gradients.get(path);
      const row = this.gates[index];
      if (mine === undefined || row === undefined) return;
      members.forEach((sample, member) => (row[sample] = mine[member] ?? 0));
    });
    members.forEach((sample, member) => {
      this.known[sample] = 1;
      this.losses[sample] = losses[member] ?? NaN;
    });
  }

  /** Gates of layers, [sample][layer]: what the whole matrix is made of. */
  layerGates(): number[][] {
    const rows = this.layerRows();
    return Array.from({ length: this.samplesDone }, (_, sample) => rows.map((row) => row[sample] ?? 0));
  }

  moduleScores(perSample: boolean): ModuleScore[] {
    const rows = this.moduleRows();
    return this.modules.map((module, index) => {
      const row = squared(rows[index] ?? []);
      const { mean, standardError } = meanAndError(row);
      return { ...module, score: mean, standardError, ...(perSample ? { perSample: row } : {}) };
    });
  }

  layerScores(): LayerScore[] {
    return this.layerRows().map((row, layer) => {
      const { mean, standardError } = meanAndError(squared(row));
      return { layer, score: mean, standardError };
    });
  }

  /** Of the order of layers. */
  stability(): Stability {
    return splitHalves(this.layerRows().map(squared));
  }

  uncertainty(): Uncertainty | undefined {
    return layerUncertainty(this.layerRows().map(squared));
  }

  /**
   * How far the gates are from a place where the loss is level: the largest of |mean g| / √(mean g²) over layers, in [0, 1].
   * What is dropped from the expansion of the loss is the larger the nearer this is to 1.
   */
  firstOrder(): number {
    const shares = this.layerRows().map((row) => {
      const scale = Math.sqrt(meanAndError(squared(row)).mean);
      return scale > 0 ? Math.abs(meanAndError(row).mean) / scale : 0;
    });
    return Math.max(0, ...shares);
  }

  private moduleRows(): number[][] {
    return this.gates.map((row) => [...row].filter((_, sample) => this.known[sample] === 1));
  }

  private layerRows(): number[][] {
    const sums = Array.from({ length: this.layers }, () => new Array<number>(this.samplesDone).fill(0));
    this.moduleRows().forEach((row, index) => {
      const sum = sums[this.modules[index]?.layer ?? 0] ?? [];
      row.forEach((value, sample) => (sum[sample] = (sum[sample] ?? 0) + value));
    });
    return sums;
  }
}

const squared = (row: readonly number[]): number[] => row.map((value) => value * value);
