import * as tf from '@tensorflow/tfjs';

/** A weight matrix as stored: one tensor, or its rows in several where a card cannot bind one so large (`cutRows`). */
export type Matrix = tf.Tensor2D | readonly tf.Tensor2D[];

export const partsOf = (matrix: Matrix): readonly tf.Tensor2D[] =>
  matrix instanceof tf.Tensor ? [matrix] : matrix;

/**
 * x Wᵀ, or x W. To be called inside a tidy, or with a matrix in one part.
 * @param x [rows, columns of W], or [rows, rows of W] where W is not turned
 */
export function times(x: tf.Tensor2D, matrix: Matrix, turned: boolean): tf.Tensor2D {
  const parts = partsOf(matrix);
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return tf.matMul(x, only, false, turned);
  if (turned) {
    return tf.concat(
      parts.map((part) => tf.matMul(x, part, false, true) as tf.Tensor2D),
      1,
    );
  }
  return columnsLike(x, matrix)
    .map((columns, index) => tf.matMul(columns, parts[index] as tf.Tensor2D) as tf.Tensor2D)
    .reduce((sum, product) => tf.add(sum, product));
}

/** The columns of x that belong to each part's rows. */
export function columnsLike(x: tf.Tensor2D, matrix: Matrix): tf.Tensor2D[] {
  let first = 0;
  return partsOf(matrix).map(({ shape: [rows] }) => {
    first += rows;
    return tf.slice(x, [0, first - rows], [-1, rows]);
  });
}
