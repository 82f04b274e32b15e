import {
  gaussianProcess,
  type GaussianProcess,
  type Hyperparameters,
  type Observation,
} from './gaussianProcess';

/** Bounds of the noise's variance; the lower one also keeps the covariance positive definite. */
const noiseBounds = [1e-6, 1] as const;
/**
 * Priors, log-normal (middle and deviation of the logarithm). Accuracies of neighboring ranks often differ by less than
 * those of two seeds do, so the noise may be anything from nothing to half of the variance. Lengths may not stray as far: with
 * five observations a long one passes for certain, and the search stops beside the top of a curve with a kink.
 */
const noisePrior = { middle: 1e-3, deviation: 2 };
const lengthPrior = { share: 0.3, deviation: 0.5 };
const lengthFactors = [0.35, 0.6, 1, 1.7, 3];
const noises = [1e-6, 1e-4, 1e-3, 1e-2, 0.1, 0.4];
/** Steps of the refinement, as logarithms. */
const steps = [0.5, 0.25, 0.12];

/**
 * The Gaussian process whose lengths and noise are likeliest, marginal likelihood times prior: the best point of a
 * logarithmic grid, then better ones coordinate by coordinate. Deterministic, with no gradient to fail.
 *
 * The prior is what keeps three observations from giving nonsense (a length of 0 that knows nothing between them, or noise
 * that explains everything): lengths lie around 0.3 of the dimension's range, times √dimensions as in Hvarfner et al.,
 * "Vanilla Bayesian Optimization Performs Great in High Dimensions" (2024).
 *
 * @param ranges how far each dimension's coordinates reach
 */
export function fitGaussianProcess(
  observations: readonly Observation[],
  ranges: readonly number[],
): GaussianProcess {
  const middles = ranges.map((range) => (range || 1) * lengthPrior.share * Math.sqrt(ranges.length));
  const judge = (hyperparameters: Hyperparameters): Judged => {
    const process = gaussianProcess(observations, hyperparameters);
    return { process, merit: process.logLikelihood + logPrior(hyperparameters, middles) };
  };
  let best = noises
    .flatMap((noise) => lengthFactors.map((by) => ({ noise, lengths: middles.map((middle) => middle * by) })))
    .map(judge)
    .reduce(better);
  for (const step of steps) {
    for (let coordinate = 0; coordinate <= ranges.length; coordinate++) {
      for (const by of [Math.exp(step), Math.exp(-step)]) {
        best = better(best, judge(moved(best.process.hyperparameters, coordinate, by)));
      }
    }
  }
  return best.process;
}

interface Judged {
  readonly process: GaussianProcess;
  readonly merit: number;
}

const better = (a: Judged, b: Judged): Judged => (b.merit > a.merit ? b : a);

/** Coordinate 0 is the noise, the others are the lengths. */
function moved({ lengths, noise }: Hyperparameters, coordinate: number, by: number): Hyperparameters {
  const [least, most] = noiseBounds;
  return {
    noise: coordinate === 0 ? Math.min(most, Math.max(least, noise * by)) : noise,
    lengths: lengths.map((length, index) => (index === coordinate - 1 ? length * by : length)),
  };
}

function logPrior({ lengths, noise }: Hyperparameters, middles: readonly number[]): number {
  const term = (value: number, middle: number, deviation: number): number =>
    -0.5 * (Math.log(value / middle) / deviation) ** 2;
  return lengths.reduce(
    (sum, length, index) => sum + term(length, middles[index] ?? 1, lengthPrior.deviation),
    term(noise, noisePrior.middle, noisePrior.deviation),
  );
}
