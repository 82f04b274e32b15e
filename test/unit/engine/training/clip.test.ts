import assert from 'node:assert/strict';
import fc from 'fast-check';
import { clipByGlobalNorm } from '../../../../src/engine/training/clip';

const gradientsOf = (...arrays: number[][]): Map<string, Float32Array> =>
  new Map(arrays.map((values, index) => [`p${index}`, Float32Array.from(values)]));
const normOf = (gradients: ReadonlyMap<string, Float32Array>): number =>
  Math.hypot(...[...gradients.values()].flatMap((values) => [...values]));

describe('clipByGlobalNorm', () => {
  it('scales all parameters by one factor, and tells the norm before', () => {
    const gradients = gradientsOf([3, 0], [0, -4]);
    assert.equal(clipByGlobalNorm(gradients, 1), 5);
    // torch divides by the norm plus 1e-6: 3 / 5.000001 and -4 / 5.000001.
    assert.deepEqual(gradients.get('p0'), Float32Array.of(3 / 5.000001, 0));
    assert.deepEqual(gradients.get('p1'), Float32Array.of(0, -4 / 5.000001));
  });

  it('changes nothing where the norm is small enough, 0, or not a number', () => {
    for (const values of [
      [0.3, -0.4],
      [0, 0],
      [NaN, 1],
    ]) {
      const gradients = gradientsOf(values);
      const norm = clipByGlobalNorm(gradients, 1);
      assert.ok(Object.is(norm, NaN) === values.includes(NaN));
      assert.deepEqual(gradients, gradientsOf(values));
    }
  });

  it('measures what float32 cannot hold the square of', () => {
    const gradients = gradientsOf([3e30, 4e30]);
    assert.ok(Math.abs(clipByGlobalNorm(gradients, 1) / 5e30 - 1) < 1e-6);
    assert.ok(Math.abs(normOf(gradients) - 1) < 1e-6);
  });

  it('keeps the direction, and never exceeds the limit', () => {
    const entries = fc.array(fc.float({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 20 });
    const limits = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
    fc.assert(
      fc.property(fc.array(entries, { minLength: 1, maxLength: 5 }), limits, (arrays, limit) => {
        const gradients = gradientsOf(...arrays);
        const norm = normOf(gradients);
        assert.ok(Math.abs(clipByGlobalNorm(gradients, limit) - norm) <= 1e-9 * (1 + norm));
        const clipped = normOf(gradients);
        assert.ok(clipped <= limit * (1 + 1e-6));
        const shrunk = norm === 0 ? 1 : clipped / norm;
        arrays.forEach((values, index) =>
          values.forEach((value, i) => {
            const got = gradients.get(`p${index}`)?.[i] ?? NaN;
            assert.ok(Math.abs(got - value * shrunk) <= 1e-6 * Math.abs(value) + 1e-12);
          }),
        );
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});
