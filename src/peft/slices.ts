import type { NamedArray } from '../shared/namedArray';

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

/** Matrices of as many columns, one below the other. */
export function stackedRows(parts: readonly NamedArray[]): NamedArray {
  const [rows, columns] = [total(parts, 0), parts[0]?.shape[1] ?? 0];
  const values = new Float32Array(rows * columns);
  let from = 0;
  for (const part of parts) {
    values.set(part.values, from);
    from += part.values.length;
  }
  return { shape: [rows, columns], values };
}

/** Matrices of as many rows, side by side. */
export function joinedColumns(parts: readonly NamedArray[]): NamedArray {
  const [rows, columns] = [parts[0]?.shape[0] ?? 0, total(parts, 1)];
  const values = new Float32Array(rows * columns);
  let from = 0;
  for (const { shape, values: own } of parts) {
    const width = shape[1] ?? 0;
    for (let row = 0; row < rows; row++) {
      values.set(own.subarray(row * width, (row + 1) * width), row * columns + from);
    }
    from += width;
  }
  return { shape: [rows, columns], values };
}

const total = (parts: readonly NamedArray[], axis: number): number =>
  parts.reduce((sum, { shape }) => sum + (shape[axis] ?? 0), 0);
