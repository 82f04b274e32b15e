/** A matrix as its columns, in float64. */
export type Columns = readonly Float64Array[];

/** Inner product of two vectors of one length. */
export const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
};

/**
 * Thin QR of a matrix with few columns: Gram and Schmidt, each column twice, which is enough for orthogonality to rounding
 * (Giraud et al. 2005, "The loss of orthogonality in the Gram-Schmidt orthogonalization process").
 *
 * Where a column depends on those before it, its q is 0 and so is the row of R: Q·R is the matrix all the same, and the
 * other columns of Q are orthonormal.
 *
 * @param matrix n columns of m entries
 * @returns q: n columns of m entries; r: n columns of n entries, upper triangular
 */
export function thinQr(matrix: Columns): { q: Float64Array[]; r: Float64Array[] } {
  const q: Float64Array[] = [];
  const r = matrix.map(() => new Float64Array(matrix.length));
  matrix.forEach((column, j) => {
    const rest = column.slice();
    const into = r[j] as Float64Array;
    const size = Math.sqrt(dot(column, column));
    takeOff(q, rest, into);
    takeOff(q, rest, into);
    const left = Math.sqrt(dot(rest, rest));
    // What is left of a dependent column is rounding noise, whose direction means nothing.
    const independent = left > 1e-13 * size;
    into[j] = independent ? left : 0;
    q.push(rest.map((value) => (independent ? value / left : 0)));
  });
  return { q, r };
}

/** Takes off a vector what lies along these directions, and adds it to their coefficients. */
function takeOff(directions: Columns, rest: Float64Array, coefficients: Float64Array): void {
  directions.forEach((direction, i) => {
    const along = dot(direction, rest);
    coefficients[i] = (coefficients[i] as number) + along;
    for (let k = 0; k < rest.length; k++) rest[k] = (rest[k] as number) - along * (direction[k] as number);
  });
}

/** A = U·diag(σ)·Vᵀ with σ falling. Where σ_k is 0, column k of U is 0. */
export interface Svd {
  readonly u: Columns;
  readonly sigma: Float64Array;
  readonly v: Columns;
}

/** Sweeps until every pair is orthogonal: five to ten for matrices of adapters' ranks. */
const mostSweeps = 60;

/**
 * Singular value decomposition by one-sided Jacobi rotations (Hestenes 1958; Golub and Van Loan, Matrix Computations, 4th
 * ed., 8.6.3): columns are rotated in pairs until all are orthogonal, and their lengths are the singular values. For small
 * matrices; exact to rounding for small singular values too (Demmel and Veselić 1992).
 *
 * @param matrix n columns of m entries
 * @returns u: n columns of m entries; v: n columns of n entries
 */
export function jacobiSvd(matrix: Columns): Svd {
  const n = matrix.length;
  const columns = matrix.map((column) => column.slice());
  const v = matrix.map((_, j) => Float64Array.from({ length: n }, (__, i) => (i === j ? 1 : 0)));
  for (let sweep = 0, rotated = true; rotated && sweep < mostSweeps; sweep++) {
    rotated = false;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) {
        rotated = orthogonalize(columns, v, p, q) || rotated;
      }
    }
  }
  const lengths = columns.map((column) => Math.sqrt(dot(column, column)));
  const order = lengths.map((_, j) => j).sort((a, b) => (lengths[b] as number) - (lengths[a] as number));
  return {
    u: order.map((j) => {
      const length = lengths[j] as number;
      return (columns[j] as Float64Array).map((value) => (length > 0 ? value / length : 0));
    }),
    sigma: Float64Array.from(order, (j) => lengths[j] as number),
    v: order.map((j) => v[j] as Float64Array),
  };
}

/** Makes columns p and q orthogonal. @returns whether they were not yet */
function orthogonalize(columns: Float64Array[], v: Float64Array[], p: number, q: number): boolean {
  const [a, b] = [columns[p] as Float64Array, columns[q] as Float64Array];
  const [alpha, beta, gamma] = [dot(a, a), dot(b, b), dot(a, b)];
  if (Math.abs(gamma) <= 1e-15 * Math.sqrt(alpha * beta)) return false;
  const zeta = (beta - alpha) / (2 * gamma);
  // The smaller of the two angles, so that the sweeps converge.
  const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  rotate(a, b, cosine, cosine * tangent);
  rotate(v[p] as Float64Array, v[q] as Float64Array, cosine, cosine * tangent);
  return true;
}

function rotate(a: Float64Array, b: Float64Array, cosine: number, sine: number): void {
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    a[i] = cosine * x - sine * y;
    b[i] = sine * x + cosine * y;
  }
}
