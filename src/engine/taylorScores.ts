import { splitHalves, type Stability } from '../planning/stability';
import { meanAndError } from '../shared/meanAndError';
import type { LayerScore, ModuleScore } from '../shared/scoreFile';
import { TaskScores } from './taskScores';

/**
 * One task's scores Σ |W ∘ Ḡ|, which are no mean over samples: their standard error is the deviation of the same number of
 * the groups of samples, each by itself, over the root of their number (batch means); a layer's, of the sums over its modules.
 * It says how far the score of other samples would lie, not how far the absolute values of a noisy mean lie above those
 * of the true one: `caveat` does.
 */
export class TaylorScores extends TaskScores {
  override get begun(): boolean {
    return this.whole.size > 0;
  }

  override get finished(): boolean {
    return super.finished && this.whole.size === this.modules.length;
  }

  override soFar(): { scores: number[]; standardErrors: number[]; layerStandardErrors: number[] } {
    const rows = this.moduleScores();
    return {
      scores: rows.map(({ score }) => score),
      standardErrors: rows.map(({ standardError }) => standardError),
      layerStandardErrors: this.layerScores().map(({ standardError }) => standardError),
    };
  }

  /** The values of samples are no part of the score, and are left out. */
  override moduleScores(): ModuleScore[] {
    return super.moduleScores(false).map((row) => ({
      ...row,
      score: row.taylor ?? 0,
      standardError: meanAndError(this.groupsOf(row.path)).standardError,
    }));
  }

  override layerScores(): LayerScore[] {
    const layers = [...new Set(this.modules.map(({ layer }) => layer))].sort((a, b) => a - b);
    return layers.map((layer) => {
      const paths = this.modules.filter((module) => module.layer === layer).map(({ path }) => path);
      const score = paths.reduce((sum, path) => sum + (this.whole.get(path)?.taylor ?? 0), 0);
      const groups = sumOf(paths.map((path) => this.groupsOf(path)));
      return { layer, score, standardError: meanAndError(groups).standardError };
    });
  }

  /** Of two halves of the groups. */
  override stability(): Stability {
    return splitHalves(this.modules.map(({ path }) => this.groupsOf(path)));
  }

  override uncertainty(): undefined {
    return undefined;
  }

  override caveat(): string | undefined {
    const all = this.layerScores().reduce((sum, { score }) => sum + score, 0);
    const groups = sumOf(this.modules.map(({ path }) => this.groupsOf(path)));
    const noise = Math.sqrt(groups.length);
    const ratio = meanAndError(groups).mean / all;
    if (!(ratio > (1 + noise) / 2)) return undefined;
    return (
      `the mean gradient of a group of samples, one of ${groups.length}, is ${ratio.toFixed(2)} times as salient as that of ` +
      `all, where noise alone would make it ${noise.toFixed(2)} times: use more samples.`
    );
  }

  private groupsOf(path: string): readonly number[] {
    return this.whole.get(path)?.groups ?? [];
  }
}

/** Sums over rows, column by column. */
const sumOf = (rows: readonly (readonly number[])[]): number[] =>
  (rows[0] ?? []).map((_, column) => rows.reduce((sum, row) => sum + (row[column] ?? 0), 0));
