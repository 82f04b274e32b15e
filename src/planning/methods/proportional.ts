import { shareOut, sureShares } from '../../shared/shareOut';
import type { Candidate, Rows } from '../problem';
import { rankLayers } from '../rankLayers';
import { bestWithin, rowsOf } from '../stages/largestPlan';
import type { Method } from './method';

/**
 * Shares the experts out over the target modules in proportion to their scores, `adapter.experts` a module on average; a module
 * may get none. Limits on experts and parameters lower the total, a limit on layers keeps those with the largest scores. Our
 * extension of LoRA-SMoE for a single task and a hard budget.
 */
export const proportional: Method = {
  needsScores: true,
  round: (problem) => {
    const { adapter, options } = problem;
    const order = rankLayers(problem.layerScores);
    const bounds = { min: options.minExperts, max: options.maxExperts };
    return bestWithin(
      problem,
      (kept) => {
        const weights = kept.map(({ score }) => score);
        const each = Math.max(options.minExperts, Math.min(adapter.experts, options.maxExperts));
        const rowsWith = (experts: readonly number[]): Rows =>
          rowsOf(kept, (_, place) => ({
            rank: adapter.rank,
            alpha: adapter.alpha,
            experts: experts[place] ?? 0,
          }));
        return {
          full: each * kept.length,
          least: Math.max(1, options.minExperts * kept.length, halfEach(kept)),
          countsExperts: true,
          at: (total) => rowsWith(shareOut(total, weights, bounds)),
          sure: (total) => rowsWith(sureShares(total, weights, bounds)),
        };
      },
      () => order,
    );
  },
};

/** The total of which each of several layers has a module with a quota of half an expert; with less, some would get none. */
function halfEach(kept: readonly Candidate[]): number {
  const best = new Map<number, number>();
  for (const { module, score } of kept) best.set(module.layer, Math.max(best.get(module.layer) ?? 0, score));
  if (best.size < 2) return 1;
  const sum = kept.reduce((total, { score }) => total + score, 0);
  // Less than a billionth is noise: scores of another scale must give the same.
  return Math.ceil((0.5 * sum) / Math.min(...best.values()) - 1e-9);
}
