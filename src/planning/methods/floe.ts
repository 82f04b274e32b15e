import { shareOut } from '../../shared/shareOut';
import { keepLayers } from '../keepLayers';
import type { Candidate, Problem, Shares } from '../problem';
import { rankLayers } from '../rankLayers';
import { fits, tooSmall } from '../fits';

/**
 * Keeps the K layers with the largest scores (FLoE, arXiv 2506.00495: with equal cost a layer, that is the mask of least
 * loss increase to second order) and shares the experts out over their target modules in proportion to the modules' scores,
 * at least 1 and at most twice `adapter.experts` each. FLoE itself gives every kept module the same number; sharing them out
 * is LoRA-SMoE's idea.
 *
 * A limit on parameters is kept by dropping layers, and once a single one is left, by dropping experts; a limit on experts
 * by dropping layers until each kept module can have one.
 */
export function floe(problem: Problem): Shares {
  const order = rankLayers(problem.layerScores);
  for (let count = problem.limits.layers; count >= 1; count--) {
    const kept = keepLayers(problem, order, count);
    const wanted = Math.min(problem.experts * kept.length, problem.limits.experts - problem.locked.experts);
    if (wanted < kept.length) continue;
    const last = keepLayers(problem, order, count - 1).length === 0;
    for (let total = wanted; total >= kept.length; total--) {
      const shares = share(problem, kept, total);
      if (fits(problem, kept, shares)) return shares;
      if (!last) break;
    }
  }
  throw tooSmall(problem);
}

function share(problem: Problem, kept: readonly Candidate[], total: number): Shares {
  const weights = kept.map(({ score }) => score);
  const experts = shareOut(total, weights, { min: 1, max: 2 * problem.experts });
  return new Map(kept.map(({ module }, index) => [module.path, experts[index] ?? 0]));
}
