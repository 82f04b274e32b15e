import assert from 'node:assert/strict';
import fc from 'fast-check';
import { allocateRanks } from '../../../../src/adapters/allocation/ranks';
import { throwsWith } from '../../files/throwsCode';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const named = (weights: readonly number[]): Record<string, number> =>
  Object.fromEntries(weights.map((weight, index) => [`layer${index}`, weight]));
// Few different values, so that ties are common.
const weights = fc.array(fc.oneof(fc.nat({ max: 4 }), fc.double({ min: 0, max: 4, noNaN: true })), {
  minLength: 1,
  maxLength: 30,
});
const cases = fc
  .record({
    weights,
    min: fc.integer({ min: 1, max: 4 }),
    room: fc.nat({ max: 12 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ weights: given, min, room, share }) => ({
    given,
    bounds: { min, max: min + room },
    total: given.length * min + Math.floor(share * room * given.length),
  }));

describe('ranks of a reallocation', () => {
  it('are shares of the weights by largest remainders', () => {
    assert.deepEqual(allocateRanks(16, { a: 1, b: 2, c: 1 }, { min: 1, max: 12 }), { a: 4, b: 8, c: 4 });
    assert.deepEqual(allocateRanks(10, { a: 0, b: 9, c: 1 }, { min: 1, max: 6.9 }), { a: 1, b: 6, c: 3 });
  });

  it('go to the larger weight and then to the first name where remainders are equal', () => {
    // Quotas 0.5 and 1.5.
    assert.deepEqual(allocateRanks(2, { a: 1, b: 3 }, { min: 0, max: 9 }), { a: 0, b: 2 });
    assert.deepEqual(allocateRanks(3, { b: 1, a: 1 }, { min: 1, max: 9 }), { b: 1, a: 2 });
  });

  it('sum to the total within their bounds, and never favor the smaller weight', () => {
    fc.assert(
      fc.property(cases, ({ given, bounds, total }) => {
        const ranks = Object.values(allocateRanks(total, named(given), bounds));
        assert.equal(sum(ranks), total);
        assert.ok(ranks.every((rank) => Number.isInteger(rank) && rank >= bounds.min && rank <= bounds.max));
        given.forEach((a, i) =>
          given.forEach((b, j) => {
            if (a > b) assert.ok(ranks[i]! >= ranks[j]!);
          }),
        );
      }),
      { seed: 21, numRuns: 400 },
    );
  });

  it('do not depend on the order of the layers', () => {
    const shuffled = cases.chain((one) =>
      fc.tuple(
        fc.constant(one),
        fc.shuffledSubarray(Object.keys(named(one.given)), { minLength: one.given.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([{ given, bounds, total }, order]) => {
        const all = named(given);
        const turned = Object.fromEntries(order.map((name) => [name, all[name]!]));
        const ranks = allocateRanks(total, turned, bounds);
        assert.deepEqual(Object.keys(ranks), order);
        assert.deepEqual(ranks, allocateRanks(total, all, bounds));
      }),
      { seed: 22, numRuns: 400 },
    );
  });

  it('are refused where the total is below the minimum', () => {
    throwsWith(() => allocateRanks(2, { a: 1, b: 1, c: 1 }, { min: 1, max: 4 }), 'budget-too-small');
  });
});
