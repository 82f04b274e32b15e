import fc from 'fast-check';
import { numbers, sizeOf } from './numbers';

/** A matrix product: op(A) op(B) over the last two axes, numpy's broadcasting before them. */
export interface ProductCase {
  readonly aShape: readonly number[];
  readonly bShape: readonly number[];
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly seed: number;
}

type Batches = readonly (readonly [a: readonly number[], b: readonly number[]])[];

/** Leading axes that every backend takes. */
export const plainBatches: Batches = [
  [[], []],
  [[1], [1]],
  [[3], [3]],
  [
    [2, 3],
    [2, 3],
  ],
  [[1], [3]],
  [[3], [1]],
];
/** Leading axes of which one side has some alone, or each side another. */
export const mixedBatches: Batches = [
  [[], [3]],
  [
    [2, 1],
    [2, 3],
  ],
  [
    [2, 1],
    [1, 3],
  ],
];

export function productCase(batches: Batches): fc.Arbitrary<ProductCase> {
  const size = fc.integer({ min: 1, max: 19 });
  return fc
    .tuple(
      size,
      size,
      size,
      fc.boolean(),
      fc.boolean(),
      fc.constantFrom(...batches),
      fc.integer({ min: 1, max: 1e6 }),
    )
    .map(([rows, inner, columns, transposeA, transposeB, [a, b], seed]) => ({
      aShape: [...a, ...(transposeA ? [inner, rows] : [rows, inner])],
      bShape: [...b, ...(transposeB ? [columns, inner] : [inner, columns])],
      transposeA,
      transposeB,
      seed,
    }));
}

/** Sizes around the edges of our kernel's tiles (4 x 8) and blocks (128 rows, 256 inner, 2048 columns), in every orientation. */
export const edgeCases: readonly ProductCase[] = [
  [4, 256, 8],
  [5, 257, 9],
  [3, 255, 7],
  [127, 3, 33],
  [128, 5, 16],
  [129, 260, 17],
  [257, 2, 1],
  [1, 513, 31],
  [2, 9, 2048],
  [130, 7, 2049],
  [5, 258, 2055],
].flatMap(([rows = 0, inner = 0, columns = 0]) =>
  [0, 1, 2, 3].map((orientation) => {
    const [transposeA, transposeB] = [orientation % 2 === 1, orientation > 1];
    return {
      aShape: transposeA ? [inner, rows] : [rows, inner],
      bShape: transposeB ? [columns, inner] : [inner, columns],
      ...{ transposeA, transposeB, seed: rows + inner + columns },
    };
  }),
);

export const sidesOf = ({ aShape, bShape, seed }: ProductCase): { a: Float32Array; b: Float32Array } => ({
  a: numbers(sizeOf(aShape), seed),
  b: numbers(sizeOf(bShape), seed + 1),
});

interface Product {
  readonly shape: number[];
  readonly values: Float64Array;
}

const known = new WeakMap<ProductCase, Product>();

/** The product by the definition, in float64. */
export function exactProduct(of: ProductCase): Product {
  const product = known.get(of) ?? multiply(of);
  known.set(of, product);
  return product;
}

function multiply(of: ProductCase): Product {
  const { aShape, bShape, transposeA, transposeB } = of;
  const { a, b } = sidesOf(of);
  const [aRows = 0, aColumns = 0] = aShape.slice(-2);
  const [bRows = 0, bColumns = 0] = bShape.slice(-2);
  const [rows, inner] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const columns = transposeB ? bRows : bColumns;
  const rank = Math.max(aShape.length, bShape.length) - 2;
  const lead = (shape: readonly number[]): number[] => [
    ...new Array<number>(rank + 2 - shape.length).fill(1),
    ...shape.slice(0, -2),
  ];
  const [aLead, bLead] = [lead(aShape), lead(bShape)];
  const batch = aLead.map((length, axis) => Math.max(length, bLead[axis]!));
  const values = new Float64Array(sizeOf(batch) * rows * columns);
  for (let matrix = 0; matrix < sizeOf(batch); matrix++) {
    const aFrom = offsetOf(matrix, batch, aLead) * aRows * aColumns;
    const bFrom = offsetOf(matrix, batch, bLead) * bRows * bColumns;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) {
          const left = a[aFrom + (transposeA ? k * aColumns + row : row * aColumns + k)]!;
          const right = b[bFrom + (transposeB ? column * bColumns + k : k * bColumns + column)]!;
          sum += left * right;
        }
        values[(matrix * rows + row) * columns + column] = sum;
      }
    }
  }
  return { shape: [...batch, rows, columns], values };
}

/** Which matrix of a side the `matrix`-th of the result uses; axes of length 1 are repeated. */
function offsetOf(matrix: number, batch: readonly number[], side: readonly number[]): number {
  let left = matrix;
  let offset = 0;
  let stride = 1;
  for (let axis = batch.length - 1; axis >= 0; axis--) {
    const index = left % batch[axis]!;
    left = Math.floor(left / batch[axis]!);
    offset += (side[axis] === 1 ? 0 : index) * stride;
    stride *= side[axis]!;
  }
  return offset;
}
