import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { smoothed, spreadOf, thinned, type Line } from '../../../../webview/model/training/lines';

const lineOf = (...pairs: readonly (readonly [x: number, y: number])[]): Line =>
  pairs.map(([x, y]) => ({ x, y }));

describe('the mean of several lines', () => {
  it('is taken where at least two of them count, with what they span', () => {
    const spread = spreadOf([
      lineOf([1, 4], [3, 2], [5, 0]),
      lineOf([1, 6], [3, 4]),
      // It began later and has a step that the others lack.
      lineOf([2, 1], [3, 3]),
    ]);
    assert.deepEqual(spread.mean, lineOf([1, 5], [2, 3], [3, 3]));
    assert.deepEqual(spread.low, lineOf([1, 4], [2, 1], [3, 2]));
    assert.deepEqual(spread.high, lineOf([1, 6], [2, 5], [3, 4]));
  });

  it('is none of one line alone, nor of none', () => {
    assert.deepEqual(spreadOf([lineOf([1, 4], [2, 3]), []]).mean, []);
    assert.deepEqual(spreadOf([]).mean, []);
  });

  it('lies between the least and the most, at ascending steps', () => {
    const line = fc
      .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.double({ min: -5, max: 5, noNaN: true })), {
        selector: ([x]) => x,
      })
      .map((pairs) => lineOf(...pairs.sort(([a], [b]) => a - b)));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
        const { mean, low, high } = spreadOf(lines);
        mean.forEach(({ x, y }, at) => {
          assert.ok(at === 0 || x > (mean[at - 1]?.x ?? Infinity));
          assert.ok(y >= (low[at]?.y ?? NaN) - 1e-9 && y <= (high[at]?.y ?? NaN) + 1e-9);
        });
      }),
      { seed: 1 },
    );
  });
});

describe('smoothing', () => {
  it('leaves a flat line flat from its first point on, and a line alone where it weighs nothing', () => {
    const flat = lineOf([1, 3], [2, 3], [8, 3]);
    for (const [at, { y }] of smoothed(flat, 0.9).entries()) assert.ok(Math.abs(y - 3) < 1e-12, `${at}`);
    const line = lineOf([1, 3], [2, 1]);
    assert.equal(smoothed(line, 0), line);
    // (0.5 · 3 + 1) / 1.5
    assert.deepEqual(smoothed(line, 0.5), lineOf([1, 3], [2, 5 / 3]));
  });
});

describe('thinning', () => {
  it('keeps the first and the last and no more than there may be', () => {
    const points = Array.from({ length: 1001 }, (_, at) => at);
    const kept = thinned(points, 100);
    assert.ok(kept.length <= 101 && kept.length > 80, `${kept.length}`);
    assert.deepEqual([kept[0], kept.at(-1)], [0, 1000]);
    assert.equal(thinned(points, 2000), points);
  });
});
