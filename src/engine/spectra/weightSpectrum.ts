import * as tf from '@tensorflow/tfjs';
import { cutRows } from '../../tensors/cardLimits';
import { partsOf, type Matrix } from '../../tensors/ops/matrix';
import { readNumbers } from '../../tensors/readBack';
import { symmetricEigenvalues } from './eigenvalues';

/**
 * Squared singular values of a weight matrix, falling: eigenvalues of its products over the longer side, which are formed on
 * the device in float32.
 */
export async function weightSpectrum(weight: Matrix): Promise<Float64Array> {
  const parts = partsOf(weight);
  const rows = parts.reduce((sum, { shape }) => sum + shape[0], 0);
  const columns = parts[0]?.shape[1] ?? 0;
  const size = Math.min(rows, columns);
  const products = new Float64Array(size * size);
  if (columns <= rows) {
    for (const part of parts) await addProducts(products, size, part, part, 0, 0);
    return symmetricEigenvalues(products, size);
  }
  let row = 0;
  for (const left of parts) {
    let column = 0;
    for (const right of parts) {
      const [a, b] = [tf.transpose(left), tf.transpose(right)] as [tf.Tensor2D, tf.Tensor2D];
      try {
        await addProducts(products, size, a, b, row, column);
      } finally {
        tf.dispose([a, b]);
      }
      column += right.shape[0];
    }
    row += left.shape[0];
  }
  return symmetricEigenvalues(products, size);
}

/** Adds aᵀ b, from a row and a column of the sums on. */
async function addProducts(
  sums: Float64Array,
  size: number,
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  row: number,
  column: number,
): Promise<void> {
  const width = b.shape[1];
  for (const [first, count] of cutRows(a.shape[1], width)) {
    const product = tf.tidy(() => tf.matMul(tf.slice(a, [0, first], [-1, count]), b, true, false));
    try {
      const values = await readNumbers(product);
      for (let i = 0, from = 0; i < count; i++) {
        const to = (row + first + i) * size + column;
        for (let j = 0; j < width; j++, from++)
          sums[to + j] = (sums[to + j] as number) + (values[from] as number);
      }
    } finally {
      product.dispose();
    }
  }
}
