import { kaimingUniform } from '../parameter';
import { jacobiSvd, thinQr, type Columns } from './svd';

/** A LoRA pair on the host, row-major: the adapter's product is B·A. */
export interface LoraPair {
  readonly rank: number;
  /** [rank, in] */
  readonly a: Float32Array;
  /** [out, rank] */
  readonly b: Float32Array;
}

/** Where new rows of A draw from: another seed each time, or the same rows would come again. */
export interface Fresh {
  /** The name of A. */
  readonly name: string;
  readonly seed: number;
}

/**
 * The pair with another rank (the moves of dynamic rank reallocation, after arXiv 2501.14859):
 *
 * - more: A gets rows as a new LoRA's, B columns of 0, so that B·A stays as it is and the new rows learn;
 * - fewer: the best approximation of B·A of that rank in the Frobenius norm (Eckart and Young 1936), √σ on each side.
 *
 * B·A alone is kept: a scale alpha / rank that changes with the rank is the caller's to make up for.
 *
 * @param rank at least 1
 */
export function resize(pair: LoraPair, rank: number, fresh: Fresh): LoraPair {
  if (rank === pair.rank) return pair;
  return rank > pair.rank ? grow(pair, rank, fresh) : shrink(pair, rank, fresh);
}

function grow(pair: LoraPair, rank: number, fresh: Fresh): LoraPair {
  const [inputs, outputs] = [pair.a.length / pair.rank, pair.b.length / pair.rank];
  const a = padded(pair.a, [pair.rank, inputs], [rank, inputs]);
  a.set(newRows(rank - pair.rank, inputs, fresh), pair.a.length);
  return { rank, a, b: padded(pair.b, [outputs, pair.rank], [outputs, rank]) };
}

function shrink(pair: LoraPair, rank: number, fresh: Fresh): LoraPair {
  const [inputs, outputs] = [pair.a.length / pair.rank, pair.b.length / pair.rank];
  // B = Q_B·R_B and Aᵀ = Q_A·R_A, so that B·A = Q_B·(R_B·R_Aᵀ)·Q_Aᵀ: the decomposition is that of a small matrix.
  const ofB = thinQr(columnsOf(pair.b, outputs, pair.rank));
  const ofA = thinQr(rowsOf(pair.a, pair.rank, inputs));
  const { u, sigma, v } = jacobiSvd(timesTransposed(ofB.r, ofA.r));
  const largest = sigma[0] as number;
  const a = newRows(rank, inputs, fresh);
  const b = new Float32Array(outputs * rank);
  for (let k = 0; k < rank; k++) {
    const value = sigma[k] as number;
    // A direction that B·A does not have: with both sides 0 it would never learn, so it begins as a new one.
    if (value <= 1e-12 * largest) continue;
    const root = Math.sqrt(value);
    const [left, right] = [
      combination(ofB.q, u[k] as Float64Array),
      combination(ofA.q, v[k] as Float64Array),
    ];
    for (let i = 0; i < outputs; i++) b[i * rank + k] = root * (left[i] as number);
    for (let j = 0; j < inputs; j++) a[k * inputs + j] = root * (right[j] as number);
  }
  return { rank, a, b };
}

// A name of its own: under A's the rows would be those that A began with.
const newRows = (count: number, inputs: number, { name, seed }: Fresh): Float32Array =>
  kaimingUniform(`${name}.resized`, [count, inputs], seed).values;

/**
 * A larger matrix with the old one in its upper left corner and 0 elsewhere: a grown B, and the optimizer's moments of a
 * grown A or B.
 */
export function padded(
  values: Float32Array,
  [rows, columns]: readonly [number, number],
  [newRows, newColumns]: readonly [number, number],
): Float32Array {
  const wide = new Float32Array(newRows * newColumns);
  for (let i = 0; i < rows; i++) wide.set(values.subarray(i * columns, (i + 1) * columns), i * newColumns);
  return wide;
}

const rowsOf = (values: Float32Array, rows: number, columns: number): Columns =>
  Array.from({ length: rows }, (_, i) => Float64Array.from(values.subarray(i * columns, (i + 1) * columns)));

const columnsOf = (values: Float32Array, rows: number, columns: number): Columns =>
  Array.from({ length: columns }, (_, j) =>
    Float64Array.from({ length: rows }, (__, i) => values[i * columns + j] as number),
  );

/** X·Yᵀ of two square matrices, by columns. */
function timesTransposed(x: Columns, y: Columns): Columns {
  // Column j of X·Yᵀ is X times row j of Y.
  return y.map((_, j) =>
    combination(
      x,
      Float64Array.from(y, (column) => column[j] as number),
    ),
  );
}

/** The columns' sum with these weights: matrix times vector. */
function combination(columns: Columns, weights: Float64Array): Float64Array {
  const sum = new Float64Array((columns[0] as Float64Array).length);
  columns.forEach((column, j) => {
    const weight = weights[j] as number;
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + weight * (column[i] as number);
  });
  return sum;
}
