/**
 * All eigenvalues of a symmetric matrix, falling, in float64: Householder's reduction to a tridiagonal matrix and the
 * implicit QL algorithm (Golub and Van Loan, Matrix Computations, 4th ed., 8.3). Without eigenvectors, which ml-matrix's
 * decomposition always computes: 4/3 n³ multiply-adds instead of several times as many.
 *
 * @param matrix [n, n], row by row; only its lower triangle is read, and it is overwritten
 */
export function symmetricEigenvalues(matrix: Float64Array, n: number): Float64Array {
  const { diagonal, below } = tridiagonal(matrix, n);
  implicitQl(diagonal, below);
  return diagonal.sort().reverse();
}

/** @returns the diagonal, and below[i] beside diagonal[i] and diagonal[i + 1] */
function tridiagonal(a: Float64Array, n: number): { diagonal: Float64Array; below: Float64Array } {
  const diagonal = new Float64Array(n);
  const below = new Float64Array(n);
  const v = new Float64Array(n);
  const p = new Float64Array(n);
  for (let i = n - 1; i >= 0; i--) {
    diagonal[i] = a[i * n + i] as number;
    if (i === 0) break;
    let squares = 0;
    for (let j = 0; j < i; j++) {
      const value = a[i * n + j] as number;
      v[j] = value;
      squares += value * value;
    }
    const last = v[i - 1] as number;
    const norm = last < 0 ? -Math.sqrt(squares) : Math.sqrt(squares);
    below[i - 1] = -norm;
    if (norm === 0) continue;
    v[i - 1] = last + norm;
    // Half of vᵀv.
    reflect(a, n, i, v, p, squares + last * norm);
  }
  return { diagonal, below };
}

/** The leading [size, size] of A becomes H A H with H = I − v vᵀ / half. */
function reflect(
  a: Float64Array,
  n: number,
  size: number,
  v: Float64Array,
  p: Float64Array,
  half: number,
): void {
  p.fill(0, 0, size);
  for (let i = 0; i < size; i++) {
    const vi = v[i] as number;
    let sum = 0;
    for (let j = 0, at = i * n; j < i; j++, at++) {
      const value = a[at] as number;
      sum += value * (v[j] as number);
      p[j] = (p[j] as number) + value * vi;
    }
    p[i] = (p[i] as number) + sum + (a[i * n + i] as number) * vi;
  }
  let along = 0;
  for (let i = 0; i < size; i++) {
    p[i] = (p[i] as number) / half;
    along += (p[i] as number) * (v[i] as number);
  }
  along /= 2 * half;
  for (let i = 0; i < size; i++) p[i] = (p[i] as number) - along * (v[i] as number);
  for (let i = 0; i < size; i++) {
    const [vi, pi] = [v[i] as number, p[i] as number];
    for (let j = 0, at = i * n; j <= i; j++, at++)
      a[at] = (a[at] as number) - vi * (p[j] as number) - pi * (v[j] as number);
  }
}

/** Sweeps for one eigenvalue at most; two are usual. */
const mostSweeps = 60;

/** Leaves the eigenvalues on the diagonal. */
function implicitQl(d: Float64Array, e: Float64Array): void {
  const n = d.length;
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; sweep < mostSweeps; sweep++) {
      let m = l;
      for (; m < n - 1; m++) {
        const scale = Math.abs(d[m] as number) + Math.abs(d[m + 1] as number);
        if (Math.abs(e[m] as number) <= Number.EPSILON * scale) break;
      }
      if (m === l) break;
      sweepQl(d, e, l, m);
    }
  }
}

/** One sweep with Wilkinson's shift over the unreduced rows l to m. */
function sweepQl(d: Float64Array, e: Float64Array, l: number, m: number): void {
  const [dl, el] = [d[l] as number, e[l] as number];
  const ratio = ((d[l + 1] as number) - dl) / (2 * el);
  const root = Math.sqrt(ratio * ratio + 1);
  let g = (d[m] as number) - dl + el / (ratio + (ratio < 0 ? -root : root));
  let [sine, cosine, shift] = [1, 1, 0];
  for (let i = m - 1; i >= l; i--) {
    const f = sine * (e[i] as number);
    const b = cosine * (e[i] as number);
    const length = Math.sqrt(f * f + g * g);
    e[i + 1] = length;
    if (length === 0) {
      d[i + 1] = (d[i + 1] as number) - shift;
      e[m] = 0;
      return;
    }
    sine = f / length;
    cosine = g / length;
    g = (d[i + 1] as number) - shift;
    const turn = ((d[i] as number) - g) * sine + 2 * cosine * b;
    shift = sine * turn;
    d[i + 1] = g + shift;
    g = cosine * turn - b;
  }
  d[l] = (d[l] as number) - shift;
  e[l] = g;
  e[m] = 0;
}
