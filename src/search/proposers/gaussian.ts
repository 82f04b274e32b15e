import { seededRandom } from '../../shared/random';
import { noisyExpectedImprovement } from '../acquisition';
import { fitGaussianProcess } from '../fitHyperparameters';
import type { GaussianProcess } from '../gaussianProcess';
import { evaluationsOf, signOf } from '../objective';
import { rangesOf, type Candidate } from '../space';
import type { Study } from '../study';
import type { Proposal } from '../studyEvents';
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
  const model = modelOf(study);
  const asked = model !== undefined && study.trials.length >= firsts;
  const first = asked ? [] : firstPoints(study, study.trials.length + count);
  const whys = new Map<Candidate, Proposal['why']>();
  const picked = pickEach(study, count, (open, before) => {
    const next = first.find((candidate) => open.includes(candidate));
    if (model === undefined || (study.trials.length + before.length < firsts && next !== undefined)) {
      return next ?? open[0];
    }
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

interface Model {
  /** Expected improvement of each candidate, while others are pending. */
  gains(open: readonly Candidate[], pending: readonly Candidate[]): number[];
  why(candidate: Candidate, gain: number): NonNullable<Proposal['why']>;
}

/** Undefined while nothing was measured. */
function modelOf(study: Study): Model | undefined {
  const { settings, trials } = study;
  const evaluations = evaluationsOf(study);
  if (evaluations.length === 0) return undefined;
  const observations = evaluations.map(({ candidate, merit }) => ({
    coordinates: candidate.coordinates,
    value: merit,
  }));
  const process: GaussianProcess = fitGaussianProcess(observations, rangesOf(settings.space));
  const seen = [...new Set(evaluations.map(({ candidate }) => candidate))];
  return {
    gains(open, pending) {
      const tried = [...new Set([...seen, ...pending])];
      return noisyExpectedImprovement(
        process,
        tried.map(({ coordinates }) => coordinates),
        open.map(({ coordinates }) => coordinates),
        seededRandom(settings.seed, `gain ${trials.length + pending.length}`),
      );
    },
    why({ coordinates }, expectedImprovement) {
      const { mean, deviation } = process.predict(coordinates);
      return { mean: signOf(settings.objective) * mean, deviation, expectedImprovement };
    },
  };
}
