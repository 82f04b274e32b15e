import { seededRandom } from '../shared/random';
import { noisyExpectedImprovement } from './acquisition';
import { fitGaussianProcess } from './fitHyperparameters';
import type { GaussianProcess } from './gaussianProcess';
import { evaluationsOf, signOf } from './objective';
import { rangesOf, type Candidate } from './space';
import type { Study } from './study';
import type { Expectation } from './studyEvents';

/** The model of a study's objective: what the gaussian proposer asks, and what is shown beside other proposers. */
export interface Surrogate {
  readonly process: GaussianProcess;
  /** Expected improvement of each candidate, while others are pending. */
  gains(open: readonly Candidate[], pending: readonly Candidate[]): number[];
  /** Mean and deviation of the objective, as it is measured: where it is to be small, small is good. */
  predict(coordinates: readonly number[]): { readonly mean: number; readonly deviation: number };
  why(candidate: Candidate, gain: number): Expectation;
}

/**
 * The same for people: undefined also while all values are the same, a single one too. How far values vary is not known then, so
 * that a deviation would be made up; to rank candidates by it still makes sense.
 */
export function shownSurrogate(study: Study): Surrogate | undefined {
  const [first, ...others] = evaluationsOf(study).map(({ merit }) => merit);
  return others.some((merit) => merit !== first) ? surrogateOf(study) : undefined;
}

const fitted = new WeakMap<Study, Surrogate | undefined>();

/**
 * A Gaussian process over all evaluations so far; undefined while nothing was measured. The same one for the same study: it is
 * never changed in place, and several ask.
 */
export function surrogateOf(study: Study): Surrogate | undefined {
  if (!fitted.has(study)) fitted.set(study, fit(study));
  return fitted.get(study);
}

function fit(study: Study): Surrogate | undefined {
  const { settings, trials } = study;
  const evaluations = evaluationsOf(study);
  if (evaluations.length === 0) return undefined;
  const observations = evaluations.map(({ candidate, merit }) => ({
    coordinates: candidate.coordinates,
    value: merit,
  }));
  const process = fitGaussianProcess(observations, rangesOf(settings.space));
  const seen = [...new Set(evaluations.map(({ candidate }) => candidate))];
  const predict: Surrogate['predict'] = (coordinates) => {
    const { mean, deviation } = process.predict(coordinates);
    return { mean: signOf(settings.objective) * mean, deviation };
  };
  return {
    process,
    predict,
    gains: (open, pending) => {
      const tried = [...new Set([...seen, ...pending])];
      return noisyExpectedImprovement(
        process,
        tried.map(({ coordinates }) => coordinates),
        open.map(({ coordinates }) => coordinates),
        seededRandom(settings.seed, `gain ${trials.length + pending.length}`),
      );
    },
    why: ({ coordinates }, expectedImprovement) => ({ ...predict(coordinates), expectedImprovement }),
  };
}
