/** Matrices as rows of float64, to compute by hand what adapters should give. */
export type Rows = readonly (readonly number[])[];

/** @param values row-major */
export const rowsOf = (values: ArrayLike<number>, columns: number): number[][] =>
  Array.from({ length: values.length / columns }, (_, row) =>
    Array.from({ length: columns }, (__, column) => values[row * columns + column]!),
  );

export const transposed = (rows: Rows): number[][] =>
  (rows[0] ?? []).map((_, column) => rows.map((row) => row[column]!));

export const sum = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

/** Inner product of two vectors of one length. */
export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
};

/** X Yᵀ: both are read along their rows, as weights [out, in] are. */
export const timesTransposed = (x: Rows, y: Rows): number[][] =>
  x.map((row) => y.map((other) => dot(row, other)));

export const scaled = (rows: Rows, by: number): number[][] =>
  rows.map((row) => row.map((value) => by * value));

export const added = (...matrices: readonly Rows[]): number[][] =>
  matrices[0]!.map((row, i) => row.map((_, j) => sum(matrices.map((matrix) => matrix[i]![j]!))));

export const softmax = (logits: readonly number[]): number[] => {
  const exponentials = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
  return exponentials.map((value) => value / sum(exponentials));
};
