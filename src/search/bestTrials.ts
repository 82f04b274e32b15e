import { signOf, trialObjective, trialValue } from './objective';
import type { SearchTrial, Study } from './study';

/** The trial with the best objective among those that were trained to their end; of equals the cheaper, then the earlier. */
export function bestTrial(study: Study): SearchTrial | undefined {
  const merit = (trial: SearchTrial): number =>
    signOf(study.settings.objective) * (trialObjective(study, trial) ?? NaN);
  return done(study).reduce<SearchTrial | undefined>((best, trial) => {
    if (best === undefined) return trial;
    const gain = merit(trial) - merit(best);
    return gain > 0 || (gain === 0 && trial.cost < best.cost) ? trial : best;
  }, undefined);
}

/**
 * The Pareto front of metric against cost: the finished trials than which no other is at least as good and as cheap, and
 * better in one of the two. From cheap to dear, so from worse to better.
 */
export function paretoFront(study: Study): SearchTrial[] {
  const merit = (trial: SearchTrial): number =>
    signOf(study.settings.objective) * (trialValue(study, trial) ?? NaN);
  const trials = done(study);
  const beats = (a: SearchTrial, b: SearchTrial): boolean =>
    a.cost <= b.cost && merit(a) >= merit(b) && (a.cost < b.cost || merit(a) > merit(b));
  return trials
    .filter((trial) => !trials.some((other) => beats(other, trial)))
    .sort((a, b) => a.cost - b.cost || a.number - b.number);
}

const done = ({ trials }: Study): SearchTrial[] => trials.filter(({ state }) => state === 'done');
