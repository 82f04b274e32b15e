import assert from 'node:assert/strict';
import fc from 'fast-check';
import { shareOut, sureShares } from '../../../src/shared/shareOut';
import { throwsWith } from '../files/throwsCode';

const weights = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 });
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('shareOut', () => {
  it('gives the shares of the fixture: (0.5, 0.3, 0.2) of 7 are 4, 2, 1', () => {
    assert.deepEqual(shareOut(7, [0.5, 0.3, 0.2]), [4, 2, 1]);
  });

  it('gives ties to the lower index, and equal shares where all weights are 0', () => {
    assert.deepEqual(shareOut(5, [1, 1, 1]), [2, 2, 1]);
    assert.deepEqual(shareOut(5, [0, 0, 0]), [2, 2, 1]);
    assert.deepEqual(shareOut(0, [3, 1]), [0, 0]);
    assert.deepEqual(shareOut(4, []), []);
  });

  it('clamps and shares the rest again', () => {
    assert.deepEqual(shareOut(10, [100, 1, 1], { min: 1, max: 6 }), [6, 2, 2]);
    assert.deepEqual(shareOut(6, [100, 1, 0], { min: 1 }), [4, 1, 1]);
    assert.deepEqual(shareOut(99, [1, 2], { max: 3 }), [3, 3]);
    assert.deepEqual(shareOut(6, [1, 0, 0], { max: 2 }), [2, 2, 2]);
  });

  it('is exact, within its bounds, and near the quota wherever no bound holds', () => {
    const bounds = fc.record({
      min: fc.nat({ max: 3 }),
      room: fc.nat({ max: 9 }),
      extra: fc.nat({ max: 300 }),
    });
    fc.assert(
      fc.property(weights, bounds, (given, { min, room, extra }) => {
        const max = min + room;
        const total = min * given.length + extra;
        const shares = shareOut(total, given, { min, max });
        assert.equal(sum(shares), Math.min(total, max * given.length));
        assert.ok(shares.every((share) => Number.isInteger(share) && share >= min && share <= max));
        const free = shareOut(total, given);
        assert.equal(sum(free), total);
        const all = sum(given);
        if (all > 0) {
          given.forEach((weight, i) => {
            assert.ok(Math.abs((free[i] ?? 0) - (total * weight) / all) < 1 + 1e-6);
          });
        }
      }),
      { seed: 11, numRuns: 500 },
    );
  });

  it('never takes back, from a larger total, what is sure', () => {
    const numbers = fc.tuple(
      fc.nat({ max: 200 }),
      fc.nat({ max: 100 }),
      fc.nat({ max: 2 }),
      fc.nat({ max: 9 }),
    );
    fc.assert(
      fc.property(weights, numbers, (given, [above, more, min, room]) => {
        const bounds = { min, max: min + room };
        const total = min * given.length + above;
        const sure = sureShares(total, given, bounds);
        for (const larger of [total, total + more]) {
          shareOut(larger, given, bounds).forEach((share, index) => assert.ok(share >= (sure[index] ?? 0)));
        }
        assert.ok(sum(shareOut(total, given, bounds)) - sum(sure) < given.length);
      }),
      { seed: 13, numRuns: 500 },
    );
  });

  it('does not depend on the scale of the weights, and never favors the smaller', () => {
    const whole = fc.array(fc.nat({ max: 10_000 }), { minLength: 1, maxLength: 40 });
    const scales = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(whole, scales, fc.nat({ max: 200 }), (given, by, total) => {
        const shares = shareOut(total, given);
        const scaled = given.map((weight) => weight * by);
        assert.deepEqual(shareOut(total, scaled), shares);
        given.forEach((a, i) =>
          given.forEach((b, j) => {
            if (a > b) assert.ok((shares[i] ?? 0) >= (shares[j] ?? 0));
          }),
        );
      }),
      { seed: 12, numRuns: 300 },
    );
  });

  it('refuses a total below the minimum, and weights that are no scores', () => {
    throwsWith(() => shareOut(2, [1, 1, 1], { min: 1 }), 'budget-too-small', /2 cannot be shared by 3/);
    throwsWith(() => shareOut(2, [1, NaN]), 'scores-invalid', /Score 2 of 2 is NaN/);
    throwsWith(() => shareOut(2, [-1, 1]), 'scores-invalid');
  });
});
