import { LabError } from '../../shared/errors';
import type { Candidate, Problem } from '../problem';
import { bestWithin, rowsOf } from '../stages/largestPlan';
import { foldsOf, groupsOf, quantilesOf, vote } from '../stages/vote';
import type { Method } from './method';

/**
 * LoRA-SMoE (arXiv 2505.06272): a module has as many experts as tasks are sensitive to it, none without an adapter, one as plain
 * LoRA. A task is sensitive to what is above a quantile of the module's group. Where experts or parameters are limited, the
 * quantile is searched that has the most within the limit. A limit on layers keeps those with the most votes, or, with a searched
 * quantile, those that would have one at the highest.
 *
 * A single task votes by folds of its samples (ours); without any it is refused, for a vote of one gives 0 or 1 and says nothing
 * of how much.
 */
export const loraSmoe: Method = {
  needsScores: true,
  round: (problem) => {
    const { adapter, options, targeted, limits, layerScores } = problem;
    const tasks = tasksOf(problem);
    const groups = groupsOf(
      targeted.map(({ module }) => module),
      options.grouping,
    );
    const isLimited = Number.isFinite(limits.experts) || Number.isFinite(limits.parameters);
    // Falling: a level is a place in this list, the last one has the most votes.
    const quantiles = isLimited ? quantilesOf(groups).reverse() : [options.quantile];
    const votesOf = memoized((level) => vote(tasks, groups, quantiles[level - 1] ?? 1));
    if (votesOf(quantiles.length).every((votes) => votes === 0)) throw nobody(problem, isLimited);
    const places = new Map(targeted.map(({ module }, place) => [module.path, place]));
    const expertsOf = ({ module }: Candidate, level: number): number => {
      const votes = votesOf(level)[places.get(module.path) ?? -1] ?? 0;
      return votes === 0 ? 0 : Math.min(Math.max(votes, options.minExperts), options.maxExperts);
    };
    const first = (candidate: Candidate): number =>
      quantiles.findIndex((_, place) => expertsOf(candidate, place + 1) > 0);
    const rank = new Map<number, { level: number; votes: number }>();
    for (const candidate of problem.candidates) {
      const { layer } = candidate.module;
      const { level, votes } = rank.get(layer) ?? { level: Infinity, votes: 0 };
      const own = first(candidate);
      rank.set(layer, {
        level: own < 0 ? level : Math.min(level, own),
        votes: votes + expertsOf(candidate, quantiles.length),
      });
    }
    const order = [...rank.entries()]
      .sort(
        ([a, x], [b, y]) =>
          (x.level === y.level ? 0 : x.level - y.level) ||
          y.votes - x.votes ||
          (layerScores[b] ?? 0) - (layerScores[a] ?? 0) ||
          a - b,
      )
      .map(([layer]) => layer);
    return bestWithin(
      problem,
      (kept) => ({
        full: quantiles.length,
        least: 1,
        partsOfOne: true,
        at: (level) =>
          rowsOf(kept, (candidate) => ({
            rank: adapter.rank,
            alpha: adapter.alpha,
            experts: expertsOf(candidate, level),
          })),
      }),
      () => order,
    );
  },
};

/** Scores of the targeted modules, one array a task or fold. */
function tasksOf({ request, options, targeted }: Problem): number[][] {
  const { scores, perSample } = request;
  const [only] = perSample ?? [];
  if (scores.length < 2 && only === undefined) {
    throw new LabError(
      'method-unavailable',
      'The vote of LoRA-SMoE needs several tasks, and there is one, without the scores of its samples.',
      'Score the experiment again, or with --per-sample, so that parts of the samples vote; or add a task.',
    );
  }
  const tasks = scores.length < 2 && only !== undefined ? foldsOf(only, options.folds) : scores;
  const size = ({ module }: Candidate): number =>
    options.statistic === 'mean' ? module.inFeatures * module.outFeatures : 1;
  return tasks.map((task) => targeted.map((candidate) => (task[candidate.index] ?? 0) / size(candidate)));
}

const nobody = ({ options }: Problem, isLimited: boolean): LabError =>
  isLimited
    ? new LabError(
        'scores-invalid',
        'All modules of each group have the same score, so that no task can prefer any.',
        'Score the layers again, with more samples or other data, or use lora_smoe.grouping pooled.',
      )
    : new LabError(
        'option-invalid',
        `No module is above the quantile ${options.quantile} of its group for any task.`,
        'Lower lora_smoe.quantile, or use lora_smoe.grouping pooled.',
      );

function memoized<T>(compute: (level: number) => T): (level: number) => T {
  const known = new Map<number, T>();
  return (level) => {
    const value = known.get(level) ?? compute(level);
    known.set(level, value);
    return value;
  };
}
