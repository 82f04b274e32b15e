import { fits, tooSmall } from '../fits';
import { keepLayers } from '../keepLayers';
import type { Problem, Shares } from '../problem';

/**
 * The same number of experts for every target module, whatever the scores: the control that other plans are held against.
 * A limit on layers keeps evenly spaced ones; limits on experts and parameters lower the number for all alike.
 */
export function uniform(problem: Problem): Shares {
  const { limits, locked } = problem;
  const kept = keepLayers(problem, spread(problem.layerScores.length, limits.layers), limits.layers);
  const most = Math.min(problem.experts, Math.floor((limits.experts - locked.experts) / kept.length));
  for (let experts = most; experts >= 1; experts--) {
    const shares = new Map(kept.map(({ module }) => [module.path, experts]));
    if (fits(problem, kept, shares)) return shares;
  }
  if (kept.length === 0) return new Map();
  throw tooSmall(problem);
}

/** All layers, `count` evenly spaced ones first. */
function spread(layers: number, count: number): number[] {
  const first = Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * layers) / count));
  const rest = Array.from({ length: layers }, (_, layer) => layer).filter((layer) => !first.includes(layer));
  return [...first, ...rest];
}
