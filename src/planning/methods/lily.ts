import { LabError } from '../../shared/errors';
import { lilyTensors, type LilySharing } from '../../shared/lilyTensors';
import type { Module, Plan, SharedTensor } from '../../shared/words';
import { byLayerAndPath, type Problem } from '../problem';
import { rankLayers } from '../rankLayers';
import { bestWithin, rowsOf, spread } from '../stages/largestPlan';
import type { Method } from './method';

/**
 * Lily as a sharing plan (arXiv 2407.09946): neighboring layers share the A of a target, all layers its pool of B's, and each module
 * has a small router of its own. All have one rank, which limits lower; the stride and the pool are the design's. A limit on layers
 * keeps those with the largest scores, evenly spaced ones where there are no scores.
 */
export const lily: Method = {
  needsScores: false,
  round: (problem) => {
    const { adapter, layers, scored, layerScores } = problem;
    const order = rankLayers(layerScores);
    const fixed = lockedForm(problem);
    return bestWithin(
      problem,
      (kept) => ({
        full: fixed?.rank ?? adapter.rank,
        least: fixed?.rank ?? 1,
        at: (rank) => rowsOf(kept, () => ({ rank, alpha: fixed?.alpha ?? adapter.alpha, experts: 1 })),
      }),
      (count) => (scored ? order : spread(layers, count)),
    );
  },
  sharing: ({ request, options }, rows) => lilySharing(request.modules, rows, options),
};

/** Which tensors the adapted modules of a Lily plan share. An A that only one module would use is its own. */
export function lilySharing(
  modules: readonly Module[],
  rows: Plan['modules'],
  options: LilySharing,
): SharedTensor[] {
  return lilyTensors(
    modules.filter(({ path }) => (rows[path]?.experts ?? 0) > 0).sort(byLayerAndPath),
    options,
  );
}

/** What locked rows leave no choice of: modules that share tensors have one rank. */
function lockedForm({ locked }: Problem): { rank: number; alpha: number } | undefined {
  const [first, ...others] = Object.entries(locked).filter(([, { experts }]) => experts > 0);
  if (first === undefined) return undefined;
  const [path, { rank, alpha }] = first;
  const other = others.find(([, row]) => row.rank !== rank || row.alpha !== alpha);
  if (other === undefined) return { rank, alpha };
  throw new LabError(
    'option-invalid',
    `The locked modules ${path} and ${other[0]} differ in rank or alpha, and Lily shares tensors among them.`,
    'Give them the same, or unlock one.',
  );
}
