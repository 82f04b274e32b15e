import { shareOut, sureShares } from '../../shared/shareOut';
import type { Candidate, Rows } from '../problem';
import { bestWithin, rowsOf, spread } from '../stages/largestPlan';
import type { Method } from './method';

/**
 * PRILoRA's ranks: they grow linearly with depth, from half of `adapter.rank` in the first layer to one and a half in the last,
 * `adapter.rank` on average (its 4 to 12 for 8). One adapter a module; alpha goes with the rank, so that the scaling stays. A limit
 * on parameters lowers the mean.
 */
export const depthLinear: Method = {
  needsScores: false,
  round: (problem) => {
    const { adapter, layers } = problem;
    const weightOf = (layer: number): number => 0.5 + (layers > 1 ? layer / (layers - 1) : 0.5);
    return bestWithin(
      problem,
      (kept) => {
        const rowsBy =
          (share: typeof shareOut) =>
          (mean: number): Rows => {
            const ranks = sharedByLayer(share, kept, weightOf, (count) => mean * count, { min: 1 });
            return rowsOf(kept, ({ module }) => {
              const rank = ranks.get(module.layer) ?? 0;
              return { rank, alpha: (adapter.alpha * rank) / adapter.rank, experts: 1 };
            });
          };
        return { full: adapter.rank, least: 1, at: rowsBy(shareOut), sure: rowsBy(sureShares) };
      },
      (count) => spread(layers, count),
    );
  },
};

/** What HILO and MoLA give the four quarters of the layers. */
const quarters = [2, 4, 6, 8] as const;

/**
 * Experts by depth group (HILO, arXiv 2502.03884; MoLA's 2-4-6-8): each quarter of the layers its own number, scaled so that a layer
 * has `adapter.experts` on average. Limits on experts and parameters lower the mean.
 */
export const depthGroups: Method = {
  needsScores: false,
  round: (problem) => {
    const { adapter, options, layers } = problem;
    const bounds = { min: Math.max(1, options.minExperts), max: options.maxExperts };
    const weightOf = (layer: number): number => quarters[Math.floor((4 * layer) / layers)] ?? 8;
    return bestWithin(
      problem,
      (kept) => {
        const count = new Set(kept.map(({ module }) => module.layer)).size;
        const each = Math.max(bounds.min, Math.min(adapter.experts, bounds.max));
        const rowsBy =
          (share: typeof shareOut) =>
          (total: number): Rows => {
            const experts = sharedByLayer(share, kept, weightOf, () => total, bounds);
            return rowsOf(kept, ({ module }) => ({
              rank: adapter.rank,
              alpha: adapter.alpha,
              experts: experts.get(module.layer) ?? 0,
            }));
          };
        return {
          full: each * count,
          least: bounds.min * count,
          countsExperts: true,
          at: rowsBy(shareOut),
          sure: rowsBy(sureShares),
        };
      },
      (count) => spread(layers, count),
    );
  },
};

/** Whole numbers for the layers of some modules, in proportion to weights by depth. */
function sharedByLayer(
  share: typeof shareOut,
  kept: readonly Candidate[],
  weightOf: (layer: number) => number,
  totalOf: (layers: number) => number,
  bounds: { readonly min: number; readonly max?: number },
): Map<number, number> {
  const layers = [...new Set(kept.map(({ module }) => module.layer))];
  const shares = share(totalOf(layers.length), layers.map(weightOf), bounds);
  return new Map(layers.map((layer, place) => [layer, shares[place] ?? 0]));
}
