import assert from 'node:assert/strict';
import { robustSlope } from '../../../bench/lib/soak/robustSlope';
import { mulberry32 } from '../../../src/shared/random';

/** Points about a line, a third of them anywhere above it. */
function scattered(slope: number, count: number, seed: number): { x: number; y: number }[] {
  const random = mulberry32(seed);
  return Array.from({ length: count }, (_, x) => ({
    x,
    y: 5 + slope * x + random() + (x % 3 === 0 ? 1000 * random() : 0),
  }));
}

describe('a robust slope', () => {
  it('is that of the line that most points lie on, with an interval that holds it', () => {
    for (const slope of [0, 0.5, -2]) {
      const fit = robustSlope(scattered(slope, 200, 7));
      assert.ok(Math.abs(fit.slope - slope) < 0.5, `${fit.slope} for ${slope}`);
      assert.ok(fit.low <= slope && slope <= fit.high, JSON.stringify(fit));
      assert.ok(fit.low <= fit.slope && fit.slope <= fit.high);
      assert.equal(fit.points, 200);
    }
  });

  it('is exact for points on a line, of any number', () => {
    for (const count of [3, 4, 9]) {
      const { slope, low, high } = robustSlope(
        Array.from({ length: count }, (_, x) => ({ x, y: 3 * x - 1 })),
      );
      assert.deepEqual([slope, low, high], [3, 3, 3]);
    }
  });

  it('covers the true slope in about 95 of 100 cases', () => {
    const cases = 200;
    const held = Array.from({ length: cases }, (_, seed) => {
      const random = mulberry32(100 + seed);
      const points = Array.from({ length: 30 }, (__, x) => ({ x, y: 2 * x + 20 * random() }));
      const { low, high } = robustSlope(points);
      return low <= 2 && 2 <= high;
    }).filter(Boolean).length;
    assert.ok(held >= 0.9 * cases && held < cases, String(held));
  });

  it('is none of two points', () => {
    assert.throws(
      () =>
        robustSlope([
          { x: 0, y: 0 },
          { x: 1, y: 1 },
        ]),
      /three points/,
    );
  });
});
