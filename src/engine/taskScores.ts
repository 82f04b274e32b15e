import { layerScores } from '../planning/layerScores';
import { splitHalves, type Stability } from '../planning/stability';
import { meanAndError } from '../planning/standardError';
import type { LayerScore, ModuleScore } from '../shared/scoreFile';
import type { Module } from '../shared/words';
import type { BatchScores } from './scoreBatch';

/**
 * The per-sample values of one task, gathered batch by batch in any order. Sums are taken in float64 in the order of the
 * samples, so that they do not depend on how samples were batched or shared out.
 */
export class TaskScores {
  /** [module][sample] */
  private readonly values: Float64Array[];
  private readonly known: Uint8Array;
  private done = 0;

  constructor(
    private readonly modules: readonly Module[],
    readonly samples: number,
  ) {
    this.values = modules.map(() => new Float64Array(samples));
    this.known = new Uint8Array(samples);
  }

  get samplesDone(): number {
    return this.done;
  }

  add({ batch, squaredNorms }: BatchScores): void {
    batch.members.forEach((sample, row) => {
      this.values.forEach((values, module) => (values[sample] = squaredNorms[module]?.[row] ?? 0));
      if (this.known[sample] === 0) this.done++;
      this.known[sample] = 1;
    });
  }

  /** Means and standard errors over the samples known so far, in the order of the modules. */
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
    return this.modules.map((module, index) => {
      const row = rows[index] ?? new Float64Array();
      const { mean, standardError } = meanAndError(row);
      return { ...module, score: mean, standardError, ...(perSample ? { perSample: [...row] } : {}) };
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

  private rows(): Float64Array[] {
    if (this.done === this.samples) return this.values;
    return this.values.map((row) => row.filter((_, sample) => this.known[sample] === 1));
  }
}
