import { pointKey, type Candidate } from '../space';
import type { Study } from '../study';
import type { Proposal } from '../studyEvents';
import { surrogateOf } from '../surrogate';
import { firstPointCount, firstPoints } from './firstPoints';
import { largest } from './largest';
import { pickEach } from './untried';

/**
 * Bayesian optimization: first points that fill the space, then each time the candidate from which a Gaussian process
 * expects most. Of a batch, the later ones are chosen with the earlier ones' outcomes drawn from the posterior:
 * fantasies, many at once, where a Kriging believer has a single one.
 */
export function gaussian(study: Study, count: number): Proposal[] {
  const firsts = firstPointCount(study.settings.space.dimensions.length);
  const model = surrogateOf(study);
  // Trials by hand may have had some of them, and are no reason to leave one out.
  const first = firstPoints(study, model === undefined ? study.trials.length + count : firsts);
  const { dimensions } = study.settings.space;
  const tried = new Set(study.trials.map(({ point }) => pointKey(dimensions, point)));
  const whys = new Map<Candidate, Proposal['why']>();
  const picked = pickEach(study, count, (open, before) => {
    const next = first.find((candidate) => open.includes(candidate) && !tried.has(candidate.key));
    if (model === undefined || next !== undefined) return next ?? open[0];
    const gains = model.gains(open, before);
    const best = largest(open, (_, index) => gains[index] ?? 0);
    if (best !== undefined) whys.set(best, model.why(best, gains[open.indexOf(best)] ?? 0));
    return best;
  });
  return picked.map((candidate) => {
    const why = whys.get(candidate);
    return { point: candidate.point, ...(why === undefined ? {} : { why }) };
  });
}
