import * as tf from '@tensorflow/tfjs';
import { dot, thinQr, type Columns } from '../../adapters/allocation/svd';
import { mulberry32 } from '../../shared/random';
import { cutRows } from '../../tensors/cardLimits';
import { readNumbers } from '../../tensors/readBack';
import { tensorFrom } from '../../tensors/upload';
import { symmetricEigenvalues } from './eigenvalues';

/** Up to this size all eigenvalues take no longer. */
const directly = 512;
const mostSteps = 100;
/** Of the trace, by which no value changes any more in a step. */
const settled = 1e-7;

/**
 * The largest eigenvalues of a symmetric matrix without negative ones, falling: all of them by reduction where it is small;
 * else orthogonal iteration with twice as many directions (Golub and Van Loan, Matrix Computations, 4th ed., 8.2.4) with the
 * products on the device in float32, and the values out of the directions' own small matrix in float64.
 *
 * @param matrix [n, n], row by row; may be overwritten
 */
export async function leadingEigenvalues(matrix: Float64Array, n: number, count: number): Promise<number[]> {
  const directions = 2 * count + 8;
  if (n <= directly || directions > n / 4) return [...symmetricEigenvalues(matrix, n)].slice(0, count);
  const trace = Array.from({ length: n }, (_, i) => matrix[i * (n + 1)] as number).reduce((a, b) => a + b, 0);
  if (trace === 0) return new Array<number>(count).fill(0);
  const rows = cutRows(n, n).map(([first, size]) =>
    tensorFrom([size, n], (target) => target.set(matrix.subarray(first * n, (first + size) * n))),
  );
  try {
    const random = mulberry32(1);
    let images: Columns = Array.from({ length: directions }, () =>
      Float64Array.from({ length: n }, () => random() - 0.5),
    );
    let before: number[] = [];
    for (let step = 0; step < mostSteps; step++) {
      const { q } = thinQr(images);
      images = await imagesOf(rows as tf.Tensor2D[], q, n);
      const values = ritzValues(q, images).slice(0, count);
      const change = Math.max(...values.map((value, i) => Math.abs(value - (before[i] ?? Infinity))));
      before = values;
      if (change <= settled * trace) break;
    }
    return before;
  } finally {
    tf.dispose(rows);
  }
}

/** The matrix times each direction. */
async function imagesOf(rows: readonly tf.Tensor2D[], q: Columns, n: number): Promise<Columns> {
  const placed = tensorFrom([q.length, n], (target) => q.forEach((column, i) => target.set(column, i * n)));
  const products = tf.tidy(() =>
    tf.concat(
      rows.map((part) => tf.matMul(placed as tf.Tensor2D, part, false, true)),
      1,
    ),
  );
  placed.dispose();
  try {
    const numbers = await readNumbers(products);
    return q.map((_, i) => Float64Array.from(numbers.subarray(i * n, (i + 1) * n)));
  } finally {
    products.dispose();
  }
}

/** Eigenvalues of Qᵀ A Q, falling. */
function ritzValues(q: Columns, images: Columns): number[] {
  const size = q.length;
  const small = new Float64Array(size * size);
  q.forEach((row, i) =>
    images.forEach((image, j) => {
      const product = dot(row, image) / 2;
      small[i * size + j] = (small[i * size + j] as number) + product;
      small[j * size + i] = (small[j * size + i] as number) + product;
    }),
  );
  return [...symmetricEigenvalues(small, size)];
}
