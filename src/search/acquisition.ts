import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { normalDraws } from '../shared/random';
import { matern, type GaussianProcess } from './gaussianProcess';
import { normalDensity, normalProbability } from './normal';

/** How often the observed places are drawn. */
const draws = 128;
/** Added to variances, so that a Cholesky decomposition sees them above 0. */
const jitter = 1e-6;

/**
 * Expected improvement over `best`, for maximization: (μ−y⁺)·Φ(z) + σ·φ(z) with z = (μ−y⁺)/σ (Jones, Schonlau and Welch
 * 1998, equation 15).
 */
export function expectedImprovement(mean: number, deviation: number, best: number): number {
  const gain = mean - best;
  if (!(deviation > 0)) return Math.max(0, gain);
  const z = gain / deviation;
  return Math.max(0, gain * normalProbability(z) + deviation * normalDensity(z));
}

/**
 * Expected improvement where evaluations are noisy (Letham, Karrer, Ottoni and Bakshy, "Constrained Bayesian Optimization
 * with Noisy Experiments", 2019, section 4): the function at the places tried so far is drawn from the posterior; for each
 * draw the improvement over that draw's best is taken as if the draw had been observed without noise; the mean of them is
 * the answer.
 *
 * Why not the improvement over the best value seen: among noisy values that is the luckiest one, and a search that wants to
 * beat luck stops too early. Why not the best posterior mean alone: it takes for known which place is best, so that places
 * nearby look worse than they are. Places that are still being evaluated are drawn with the rest, which is what makes a
 * batch spread (section 4.3 there); with noise near 0 and nothing pending it is plain expected improvement.
 *
 * @param tried coordinates of the distinct places observed or pending, at least one
 * @param places coordinates of the candidates
 * @param random seeded numbers in [0, 1)
 * @returns for each candidate the mean improvement, in the units of the values
 */
export function noisyExpectedImprovement(
  process: GaussianProcess,
  tried: readonly (readonly number[])[],
  places: readonly (readonly number[])[],
  random: () => number,
): number[] {
  const { lengths } = process.hyperparameters;
  const functions = drawFunctions(process, tried, random);
  const factor = new CholeskyDecomposition(steadied(matern(tried, tried, lengths)));
  const across = matern(places, tried, lengths);
  const means = across.mmul(factor.solve(functions));
  const solved = factor.solve(across.transpose());
  const bests = Array.from({ length: draws }, (_, draw) => Math.max(...functions.getColumn(draw)));
  return places.map((_, place) => {
    const explained = across.getRow(place).reduce((sum, k, index) => sum + k * solved.get(index, place), 0);
    const deviation = Math.sqrt(Math.max(0, 1 - explained));
    const sum = bests.reduce(
      (total, best, draw) => total + expectedImprovement(means.get(place, draw), deviation, best),
      0,
    );
    return (process.scale * sum) / draws;
  });
}

/** Draws of the function at the places tried, one a column; every second one mirrors the one before. */
function drawFunctions(
  process: GaussianProcess,
  tried: readonly (readonly number[])[],
  random: () => number,
): Matrix {
  const { means, covariance } = process.joint(tried);
  const lower = new CholeskyDecomposition(steadied(covariance)).lowerTriangularMatrix;
  const normals = new Matrix(tried.length, draws);
  for (let draw = 0; draw < draws; draw += 2) {
    const column = normalDraws(random, tried.length);
    normals.setColumn(draw, column);
    normals.setColumn(
      draw + 1,
      column.map((value) => -value),
    );
  }
  return lower.mmul(normals).addColumnVector(Matrix.columnVector([...means]));
}

/** Exactly symmetric, as the decomposition wants it, with the jitter on its diagonal. */
const steadied = (covariance: Matrix): Matrix =>
  Matrix.add(covariance, covariance.transpose()).mul(0.5).add(Matrix.eye(covariance.rows).mul(jitter));
