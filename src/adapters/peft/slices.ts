import type { NamedArray } from '../parameter';

/** Some rows of a matrix. */
export const rowsOf = (
  { shape: [, columns = 0], values }: NamedArray,
  from: number,
  count: number,
): NamedArray => ({
  shape: [count, columns],
  values: values.slice(from * columns, (from + count) * columns),
});

/** Some columns of a matrix. */
export function columnsOf(
  { shape: [rows = 0, columns = 0], values }: NamedArray,
  from: number,
  count: number,
): NamedArray {
  const part = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++) {
    part.set(values.subarray(row * columns + from, row * columns + from + count), row * count);
  }
  return { shape: [rows, count], values: part };
}
