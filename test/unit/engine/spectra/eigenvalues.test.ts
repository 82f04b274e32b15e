import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { symmetricEigenvalues } from '../../../../src/engine/spectra/eigenvalues';
import { leadingEigenvalues } from '../../../../src/engine/spectra/leading';
import { openDevice } from '../../../../src/tensors/device';
import { close } from '../../tensors/close';
import { numbers } from '../../tensors/numbers';

const flat = (matrix: Matrix): Float64Array => Float64Array.from(matrix.to1DArray());
const randomSquare = (n: number, seed: number): Matrix => {
  const values = numbers(n * n, seed);
  return new Matrix(Array.from({ length: n }, (_, i) => [...values.subarray(i * n, (i + 1) * n)]));
};
const falling = (values: readonly number[]): number[] => [...values].sort((a, b) => b - a);

/** Q diag(λ) Qᵀ with Q out of Householder's reflection at a random vector. */
function withSpectrum(spectrum: readonly number[], seed: number): Float64Array {
  const n = spectrum.length;
  const v = numbers(n, seed);
  const squares = v.reduce((sum, x) => sum + x * x, 0);
  const along = v.reduce((sum, x, i) => sum + spectrum[i]! * x * x, 0);
  // H Λ H with H = I − 2 v vᵀ / vᵀv, entry by entry.
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      matrix[i * n + j] =
        (i === j ? spectrum[i]! : 0) -
        (2 * v[i]! * v[j]! * (spectrum[i]! + spectrum[j]!)) / squares +
        (4 * v[i]! * v[j]! * along) / squares ** 2;
  return matrix;
}

describe('eigenvalues of symmetric matrices', () => {
  before(async () => {
    await openDevice('native', 1);
  });

  it('are those of ml-matrix', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 0, max: 999 }), (n, seed) => {
        const half = randomSquare(n, seed);
        const symmetric = Matrix.add(half, half.transpose());
        const wanted = new EigenvalueDecomposition(symmetric, { assumeSymmetric: true }).realEigenvalues;
        const found = symmetricEigenvalues(flat(symmetric), n);
        falling(wanted).forEach((value, i) => assert.ok(Math.abs(found[i]! - value) < 1e-12 * n * 4));
      }),
      { numRuns: 80, seed: 3 },
    );
  });

  it('are exact where they are known: diagonal, equal, none, of low rank', () => {
    assert.deepEqual([...symmetricEigenvalues(Float64Array.of(2, 0, 0, 0, -1, 0, 0, 0, 5), 3)], [5, 2, -1]);
    assert.deepEqual([...symmetricEigenvalues(new Float64Array(16), 4)], [0, 0, 0, 0]);
    assert.deepEqual([...symmetricEigenvalues(Float64Array.of(7), 1)], [7]);
    const line = numbers(30, 4);
    const outer = Float64Array.from({ length: 900 }, (_, at) => line[Math.floor(at / 30)]! * line[at % 30]!);
    const [first, ...rest] = symmetricEigenvalues(outer, 30);
    close([first!], [line.reduce((sum, x) => sum + x * x, 0)], 1e-12, 'the only one');
    assert.ok(rest.every((value) => Math.abs(value) < 1e-12));
  });

  it('that lead a large matrix are the known ones, by iteration on the device', async () => {
    for (const decay of [0.5, 0.97]) {
      const spectrum = Array.from({ length: 600 }, (_, i) => decay ** i);
      const found = await leadingEigenvalues(withSpectrum(spectrum, 8), 600, 12);
      const trace = spectrum.reduce((sum, value) => sum + value, 0);
      found.forEach((value, i) =>
        assert.ok(Math.abs(value - spectrum[i]!) < 2e-6 * trace, `${i}: ${value}, not ${spectrum[i]}`),
      );
      assert.equal(found.length, 12);
    }
    assert.deepEqual(await leadingEigenvalues(new Float64Array(600 * 600), 600, 2), [0, 0]);
  });
});
