import { LabError } from '../../shared/errors';
import type { Candidate, Problem } from '../problem';
import { bestWithin, rowsOf } from '../stages/largestPlan';
import type { Method } from './method';

interface Component {
  readonly path: string;
  readonly ratio: number;
}

/**
 * EVA's ranks, before training (PEFT's `initialize_lora_eva_weights`): the shares of variance that the components of all modules'
 * inputs explain are pooled, the `adapter.rank` times number of targets largest are kept, and a module's rank is how many of its
 * own are; none without an adapter. Alpha goes with the rank, so that the scaling stays. A limit on layers keeps those whose
 * components explain most, limits on parameters lower the number that is kept.
 */
export const eva: Method = {
  needsScores: false,
  round: (problem) => {
    const { adapter, candidates, layers } = problem;
    const all = pooled(problem, candidates);
    const wanted = adapter.rank * candidates.length;
    if (all.length < wanted) {
      throw new LabError(
        'scores-invalid',
        `There are ${all.length} components for ${candidates.length} modules of rank ${adapter.rank} on average.`,
        `Score with at least ${adapter.rank} components a module, or lower adapter.rank.`,
      );
    }
    const ranks = ranksOf(all.slice(0, wanted));
    const kept = candidates.map(({ module }) => ({ layer: module.layer, rank: ranks.get(module.path) ?? 0 }));
    const total = (layer: number): number =>
      kept.reduce((sum, one) => sum + (one.layer === layer ? one.rank : 0), 0);
    const totals = Array.from({ length: layers }, (_, layer) => total(layer));
    const order = [...totals.keys()].sort((a, b) => (totals[b] ?? 0) - (totals[a] ?? 0) || a - b);
    return bestWithin(
      problem,
      (some) => {
        const pool = some.length === candidates.length ? all : pooled(problem, some);
        return {
          full: Math.min(pool.length, adapter.rank * some.length),
          least: 1,
          at: (count) => {
            const own = ranksOf(pool.slice(0, count));
            return rowsOf(some, ({ module }) => {
              const rank = own.get(module.path) ?? 0;
              return { rank, alpha: (adapter.alpha * rank) / adapter.rank, experts: 1 };
            });
          },
        };
      },
      () => order,
    );
  },
};

/** All components of some modules, from the one that explains most. */
function pooled({ request }: Problem, candidates: readonly Candidate[]): Component[] {
  const { components } = request;
  if (components === undefined) {
    throw new LabError(
      'method-unavailable',
      'The method "eva" goes by the shares of variance that components of the modules\' inputs explain, and these scores have none.',
      'Score with the estimator eva, or use another method.',
    );
  }
  return candidates
    .flatMap(({ module, index }) => (components[index] ?? []).map((ratio) => ({ path: module.path, ratio })))
    .sort((a, b) => b.ratio - a.ratio);
}

function ranksOf(kept: readonly Component[]): Map<string, number> {
  const ranks = new Map<string, number>();
  for (const { path } of kept) ranks.set(path, (ranks.get(path) ?? 0) + 1);
  return ranks;
}
