import { shareOut } from '../../shared/shareOut';
import { fits, tooSmall } from '../fits';
import { keepLayers } from '../keepLayers';
import type { Problem, Shares } from '../problem';
import { rankLayers } from '../rankLayers';

/**
 * Shares the experts out over all target modules in proportion to their scores; a module may get none. The total is the
 * limit on experts, else `adapter.experts` a module. A limit on layers keeps the layers with the largest scores, a limit on
 * parameters lowers the total. Our extension of LoRA-SMoE for a single task and a hard budget.
 */
export function proportional(problem: Problem): Shares {
  const { limits, locked } = problem;
  const kept = keepLayers(problem, rankLayers(problem.layerScores), limits.layers);
  const weights = kept.map(({ score }) => score);
  const wanted = Number.isFinite(limits.experts)
    ? limits.experts - locked.experts
    : problem.experts * kept.length;
  for (let total = wanted; total >= 1 || total === wanted; total--) {
    const experts = shareOut(total, weights);
    const shares = new Map(kept.map(({ module }, index) => [module.path, experts[index] ?? 0]));
    if (fits(problem, kept, shares)) return shares;
  }
  throw tooSmall(problem);
}
