import { pointKey, type Candidate } from '../space';
import type { Study } from '../study';

/**
 * The candidates that come next into question, in the order of the space: those with the fewest trials. Until each has one,
 * those are the ones never tried; so no point comes twice before the space is exhausted.
 *
 * @param picked those of this batch so far
 */
export function untried({ settings, candidates, trials }: Study, picked: readonly Candidate[]): Candidate[] {
  const { dimensions } = settings.space;
  const counts = new Map<string, number>();
  const keys = [...trials.map(({ point }) => pointKey(dimensions, point)), ...picked.map(({ key }) => key)];
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  const least = Math.min(...candidates.map(({ key }) => counts.get(key) ?? 0));
  return candidates.filter(({ key }) => (counts.get(key) ?? 0) === least);
}

/** Picks `count` candidates one after another, each from those still untried. */
export function pickEach(
  study: Study,
  count: number,
  pick: (open: readonly Candidate[], picked: readonly Candidate[]) => Candidate | undefined,
): Candidate[] {
  const picked: Candidate[] = [];
  while (picked.length < count) {
    const next = pick(untried(study, picked), picked);
    if (next === undefined) break;
    picked.push(next);
  }
  return picked;
}
