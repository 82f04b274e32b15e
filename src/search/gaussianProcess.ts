import { CholeskyDecomposition, Matrix } from 'ml-matrix';

/** What the likelihood is maximized in. */
export interface Hyperparameters {
  /** One length a dimension, in units of its coordinates (automatic relevance determination). */
  readonly lengths: readonly number[];
  /** Variance of one observation around the function, where the targets' variance is 1. */
  readonly noise: number;
}

/** One evaluation. Several of one place are rows of their own, each with its share of noise. */
export interface Observation {
  readonly coordinates: readonly number[];
  readonly value: number;
}

/** Mean and covariance of the function at some places, in units of the standardized targets. */
export interface JointPosterior {
  readonly means: readonly number[];
  readonly covariance: Matrix;
}

export interface GaussianProcess {
  readonly hyperparameters: Hyperparameters;
  /** Standardized targets times `scale` plus `shift` are values. */
  readonly shift: number;
  readonly scale: number;
  /** Log marginal likelihood of the standardized targets. */
  readonly logLikelihood: number;
  /** Mean and deviation of the function (without noise), in the units of the values. */
  predict(coordinates: readonly number[]): { readonly mean: number; readonly deviation: number };
  joint(places: readonly (readonly number[])[]): JointPosterior;
}

/**
 * The posterior of a Gaussian process with Matérn 5/2 covariance of variance 1, given targets that are standardized by
 * their mean and population deviation: mean k*ᵀ(K+σ²I)⁻¹y, variance 1 − k*ᵀ(K+σ²I)⁻¹k* (Rasmussen and Williams,
 * "Gaussian Processes for Machine Learning", equations 2.25, 2.26 and 2.30).
 *
 * @param observations at least one; where all have the same value, it is not scaled
 */
export function gaussianProcess(
  observations: readonly Observation[],
  hyperparameters: Hyperparameters,
): GaussianProcess {
  const { lengths, noise } = hyperparameters;
  const places = observations.map(({ coordinates }) => coordinates);
  const { shift, scale, targets } = standardize(observations.map(({ value }) => value));
  const covariance = matern(places, places, lengths).add(Matrix.eye(places.length).mul(noise));
  const factor = new CholeskyDecomposition(covariance);
  const y = Matrix.columnVector(targets);
  const weights = factor.solve(y);

  const joint = (at: readonly (readonly number[])[]): JointPosterior => {
    const across = matern(at, places, lengths);
    const explained = across.mmul(factor.solve(across.transpose()));
    return {
      means: across.mmul(weights).getColumn(0),
      covariance: matern(at, at, lengths).sub(explained),
    };
  };
  return {
    ...{ hyperparameters, shift, scale, joint },
    logLikelihood:
      -0.5 * y.dot(weights) -
      factor.lowerTriangularMatrix.diagonal().reduce((sum, entry) => sum + Math.log(entry), 0) -
      0.5 * places.length * Math.log(2 * Math.PI),
    predict(coordinates) {
      const { means, covariance: variance } = joint([coordinates]);
      const deviation = Math.sqrt(Math.max(0, variance.get(0, 0)));
      return { mean: shift + scale * (means[0] ?? 0), deviation: scale * deviation };
    },
  };
}

/**
 * Matérn 5/2 covariances of rows (a, dimensions) and columns (b, dimensions): (1 + r + r²/3)·e^(−r) with r = √5 times the
 * distance in lengths.
 */
export function matern(
  rows: readonly (readonly number[])[],
  columns: readonly (readonly number[])[],
  lengths: readonly number[],
): Matrix {
  const covariance = Matrix.zeros(rows.length, columns.length);
  rows.forEach((row, i) => {
    columns.forEach((column, j) => {
      let square = 0;
      lengths.forEach((length, d) => (square += (((row[d] ?? 0) - (column[d] ?? 0)) / length) ** 2));
      const r = Math.sqrt(5 * square);
      covariance.set(i, j, (1 + r + (r * r) / 3) * Math.exp(-r));
    });
  });
  return covariance;
}

function standardize(values: readonly number[]): { shift: number; scale: number; targets: number[] } {
  const shift = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - shift) ** 2, 0) / values.length;
  // Rounding in the mean must not be blown up to a signal.
  const flat = Math.sqrt(variance) <= 1e-12 * Math.max(...values.map(Math.abs));
  const scale = flat ? 1 : Math.sqrt(variance);
  return { shift, scale, targets: values.map((value) => (value - shift) / scale) };
}
