import type { Candidate, Problem } from './problem';

/**
 * The candidates in the first layers of an order, so many that together with the layers of locked rows no more than
 * `count` layers have adapters. A locked layer is there anyway: it takes a place from the start, and its other modules
 * take part when the order reaches it in time.
 *
 * @param order layers, best first
 */
export function keepLayers(problem: Problem, order: readonly number[], count: number): Candidate[] {
  const used = new Set(problem.lockedLayers);
  const withCandidates = new Set(problem.candidates.map(({ module }) => module.layer));
  const kept = new Set<number>();
  for (const layer of order) {
    if (!withCandidates.has(layer)) continue;
    if (!used.has(layer) && used.size >= count) break;
    used.add(layer);
    kept.add(layer);
  }
  return problem.candidates.filter(({ module }) => kept.has(module.layer));
}
