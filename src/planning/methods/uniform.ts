import { bestWithin, rowsOf, spread } from '../stages/largestPlan';
import type { Method } from './method';

/**
 * The same number of experts for every target module, whatever the scores: the control that other plans are held against, and
 * where LoRA, AdaLoRA and dynamic LoRA begin. A limit on layers keeps evenly spaced ones; limits on experts and parameters lower
 * the number for all alike, and where one each is too much, drop layers.
 */
export const uniform: Method = {
  needsScores: false,
  round: (problem) => {
    const { adapter, options, layers } = problem;
    return bestWithin(
      problem,
      (kept) => ({
        full: Math.max(options.minExperts, Math.min(adapter.experts, options.maxExperts)),
        least: Math.max(1, options.minExperts),
        at: (experts) => rowsOf(kept, () => ({ rank: adapter.rank, alpha: adapter.alpha, experts })),
      }),
      (count) => spread(layers, count),
    );
  },
};
