import assert from 'node:assert/strict';
import fc from 'fast-check';
import { padded, resize, type LoraPair } from '../../../../src/adapters/allocation/resize';
import { dot, jacobiSvd, thinQr, type Columns } from '../../../../src/adapters/allocation/svd';
import { kaimingUniform, normal } from '../../../../src/adapters/parameter';
import { close } from '../../tensors/close';

const columnsOf = (m: number, n: number, seed: number): Float64Array[] =>
  Array.from({ length: n }, (_, j) => Float64Array.from(normal(`column ${j}`, [m], 1, seed).values));
const identity = (n: number): number[] =>
  Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
const gram = (columns: Columns): number[] => columns.flatMap((a) => columns.map((b) => dot(a, b)));
/** X·diag(s)·Yᵀ, row-major. */
const product = (x: Columns, s: ArrayLike<number>, y: Columns): number[] =>
  Array.from(x[0]!, (_, i) =>
    Array.from(y[0]!, (__, j) => x.reduce((sum, _c, k) => sum + x[k]![i]! * s[k]! * y[k]![j]!, 0)),
  ).flat();
const matrixOf = (columns: Columns): number[] =>
  Array.from(columns[0]!, (_, i) => columns.map((column) => column[i]!)).flat();

const sizes = fc.record({
  m: fc.integer({ min: 1, max: 12 }),
  n: fc.integer({ min: 1, max: 8 }),
  seed: fc.nat({ max: 1e6 }),
});

describe('thin QR', () => {
  it('has orthonormal columns and an upper triangle whose product is the matrix', () => {
    fc.assert(
      fc.property(sizes, ({ m, n, seed }) => {
        const matrix = columnsOf(m + n, n, seed);
        const { q, r } = thinQr(matrix);
        close(gram(q), identity(n), 1e-13, 'QᵀQ');
        // Q·R: R's column j holds the weights of Q's columns.
        const rows = q.map((_, k) => Float64Array.from(r, (column) => column[k]!));
        close(product(q, new Array(n).fill(1), rows), matrixOf(matrix), 1e-13, 'QR');
        r.forEach((column, j) => assert.ok(column.every((value, i) => i <= j || value === 0)));
      }),
      { seed: 31, numRuns: 200 },
    );
  });

  it('gives a dependent column no direction', () => {
    const [a, b] = columnsOf(6, 2, 1) as [Float64Array, Float64Array];
    const { q, r } = thinQr([a, a.map((value) => -3 * value), new Float64Array(6), b]);
    assert.deepEqual(q[1], new Float64Array(6));
    assert.deepEqual(q[2], new Float64Array(6));
    close(gram([q[0]!, q[3]!]), identity(2), 1e-14, 'the others');
    const rows = q.map((_, k) => Float64Array.from(r, (column) => column[k]!));
    close(
      product(q, [1, 1, 1, 1], rows),
      matrixOf([a, a.map((value) => -3 * value), new Float64Array(6), b]),
      1e-14,
      'QR',
    );
  });
});

describe('SVD by Jacobi rotations', () => {
  it('gives the matrix back, with falling singular values and orthonormal sides', () => {
    fc.assert(
      fc.property(sizes, ({ m, n, seed }) => {
        const matrix = columnsOf(m + n, n, seed);
        const { u, sigma, v } = jacobiSvd(matrix);
        close(product(u, sigma, v), matrixOf(matrix), 1e-13, 'UΣVᵀ');
        close(gram(u), identity(n), 1e-12, 'UᵀU');
        close(gram(v), identity(n), 1e-12, 'VᵀV');
        assert.ok(sigma.every((value, k) => value >= 0 && (k === 0 || value <= sigma[k - 1]!)));
      }),
      { seed: 32, numRuns: 200 },
    );
  });

  it('finds planted singular values, small ones to their own digits', () => {
    const planted = [7, 3, 3, 1e-3, 1e-9];
    const [left, right] = [thinQr(columnsOf(9, 5, 3)).q, thinQr(columnsOf(5, 5, 4)).q];
    // Scaled columns, not rotated ones: of those a small singular value keeps its digits.
    const graded = jacobiSvd(left.map((column, k) => column.map((value) => value * planted[k]!)));
    graded.sigma.forEach((value, k) => assert.ok(Math.abs(value / planted[k]! - 1) < 1e-13, `${value}`));
    const full = product(left, planted, right);
    const rotated = jacobiSvd(
      Array.from({ length: 5 }, (_, j) => Float64Array.from({ length: 9 }, (__, i) => full[i * 5 + j]!)),
    );
    close(rotated.sigma, planted, 1e-14, 'rotated');
  });

  it('has values of 0 for a matrix that lacks rank', () => {
    const [a] = columnsOf(4, 1, 5) as [Float64Array];
    const { sigma, u } = jacobiSvd([a, new Float64Array(4), a]);
    close(sigma, [Math.sqrt(2 * dot(a, a)), 0, 0], 1e-15, 'values');
    assert.ok(u.flatMap((column) => [...column]).every(Number.isFinite));
    assert.deepEqual(jacobiSvd([new Float64Array(3)]).sigma, new Float64Array(1));
  });
});

interface Shape {
  readonly inputs: number;
  readonly outputs: number;
  readonly rank: number;
  readonly seed: number;
}
const pairOf = ({ inputs, outputs, rank, seed }: Shape): LoraPair => ({
  rank,
  a: kaimingUniform('a', [rank, inputs], seed).values,
  b: normal('b', [outputs, rank], 0.3, seed).values,
});
const timesA = ({ rank, a, b }: LoraPair): number[] => {
  const [inputs, outputs] = [a.length / rank, b.length / rank];
  return Array.from({ length: outputs * inputs }, (_, at) => {
    const [i, j] = [Math.floor(at / inputs), at % inputs];
    return Array.from({ length: rank }, (__, k) => b[i * rank + k]! * a[k * inputs + j]!).reduce(
      (sum, value) => sum + value,
      0,
    );
  });
};
const frobenius = (values: readonly number[]): number => Math.hypot(...values);
const fresh = { name: 'a', seed: 99 };
const shapes = fc.record({
  inputs: fc.integer({ min: 6, max: 20 }),
  outputs: fc.integer({ min: 6, max: 20 }),
  rank: fc.integer({ min: 2, max: 6 }),
  seed: fc.nat({ max: 1e6 }),
});

describe('a LoRA pair of another rank', () => {
  it('computes the same when it grows, with new rows of A as a new LoRA has them', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 5 }), (shape, more) => {
        const pair = pairOf(shape);
        const grown = resize(pair, pair.rank + more, fresh);
        assert.equal(grown.a.length, (pair.rank + more) * shape.inputs);
        assert.equal(grown.b.length, shape.outputs * (pair.rank + more));
        // Sums of the same products and of zeros: the same to the last bit.
        assert.deepEqual(timesA(grown), timesA(pair));
        assert.deepEqual(grown.a.subarray(0, pair.a.length), pair.a);
        const rows = grown.a.subarray(pair.a.length);
        const bound = 1 / Math.sqrt(shape.inputs);
        assert.ok(rows.every((value) => Math.abs(value) <= bound) && new Set(rows).size > rows.length / 2);
      }),
      { seed: 41, numRuns: 200 },
    );
  });

  it('misses exactly the singular values that are dropped when it shrinks', () => {
    fc.assert(
      fc.property(shapes, fc.nat({ max: 4 }), (shape, by) => {
        const pair = pairOf(shape);
        const rank = Math.max(1, pair.rank - 1 - by);
        const before = timesA(pair);
        const after = timesA(resize(pair, rank, fresh));
        // Singular values of the product as it is, not of its factors.
        const { inputs, outputs } = shape;
        const full = jacobiSvd(
          Array.from({ length: inputs }, (_, j) =>
            Float64Array.from({ length: outputs }, (__, i) => before[i * inputs + j]!),
          ),
        );
        const tail = frobenius([...full.sigma.subarray(rank)]);
        const missed = frobenius(before.map((value, at) => value - after[at]!));
        assert.ok(Math.abs(missed - tail) < 1e-6 * frobenius(before), `missed ${missed}, dropped ${tail}`);
      }),
      { seed: 42, numRuns: 200 },
    );
  });

  it('splits what stays evenly between A and B', () => {
    const { rank, a, b } = resize(pairOf({ inputs: 12, outputs: 8, rank: 5, seed: 7 }), 3, fresh);
    const rows = Array.from({ length: rank }, (_, k) => Float64Array.from(a.subarray(k * 12, (k + 1) * 12)));
    const columns = Array.from({ length: rank }, (_, k) =>
      Float64Array.from({ length: 8 }, (__, i) => b[i * rank + k]!),
    );
    close(gram(rows), gram(columns), 1e-6, 'inner products');
    assert.ok(dot(rows[0]!, rows[0]!) >= dot(rows[1]!, rows[1]!));
    assert.ok(Math.abs(dot(rows[0]!, rows[1]!)) < 1e-6 * dot(rows[0]!, rows[0]!));
  });

  it('keeps B·A where it shrinks and grows by directions that it did not have', () => {
    const pair = pairOf({ inputs: 10, outputs: 9, rank: 3, seed: 11 });
    const back = resize(resize(pair, 6, fresh), 3, fresh);
    close(timesA(back), timesA(pair), 1e-6, 'B·A');
  });

  it('begins anew where there was nothing: B of 0 leaves rows of A that can learn', () => {
    const pair = { rank: 4, a: kaimingUniform('a', [4, 10], 1).values, b: new Float32Array(9 * 4) };
    const shrunk = resize(pair, 2, fresh);
    assert.deepEqual(shrunk.b, new Float32Array(9 * 2));
    assert.ok(new Set(shrunk.a).size > 15 && shrunk.a.every((value) => Math.abs(value) <= 1 / Math.sqrt(10)));
    // Not the rows that A began with, which a later growth would otherwise double.
    assert.ok(
      resize(pair, 5, { name: 'a', seed: 1 })
        .a.subarray(40)
        .every((value, i) => value !== pair.a[i]),
    );
  });

  it('carries moments along: rows and columns of 0 for what is new', () => {
    assert.deepEqual(padded(Float32Array.of(1, 2, 3, 4), [2, 2], [2, 3]), Float32Array.of(1, 2, 0, 3, 4, 0));
    assert.deepEqual(padded(Float32Array.of(1, 2, 3, 4), [2, 2], [3, 2]), Float32Array.of(1, 2, 3, 4, 0, 0));
  });
});
