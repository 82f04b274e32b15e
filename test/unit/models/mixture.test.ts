import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mixtureOrder, type MixtureSample } from '../../../src/models/mixture';

const sizesOf = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 5 });
const seeds = fc.integer({ min: 0, max: 1e6 });
const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);
const countsOf = (order: readonly MixtureSample[], tasks: number): number[] =>
  Array.from({ length: tasks }, (_, task) => order.filter((drawn) => drawn.task === task).length);

describe('an order over several tasks', () => {
  it('has every sample exactly once in each epoch where the weights are equal', () => {
    const weights = fc.oneof(fc.constant(1), fc.double({ min: 1e-9, max: 1e300, noNaN: true }));
    fc.assert(
      fc.property(sizesOf, weights, seeds, fc.nat(6), (sizes, weight, seed, epoch) => {
        const order = mixtureOrder(
          sizes,
          sizes.map(() => weight),
          seed,
          epoch,
        );
        const names = order.map(({ task, index }) => `${task} ${index}`);
        const all = sizes.flatMap((size, task) =>
          Array.from({ length: size }, (_, index) => `${task} ${index}`),
        );
        assert.deepEqual(names.sort(), all.sort());
      }),
      { numRuns: 200, seed: 2 },
    );
  });

  it('takes of each task its share by weight and size, to the next whole number', () => {
    const cases = sizesOf.chain((sizes) =>
      fc.tuple(
        fc.constant(sizes),
        fc.array(fc.double({ min: 0, max: 10, noNaN: true }), {
          minLength: sizes.length,
          maxLength: sizes.length,
        }),
      ),
    );
    fc.assert(
      fc.property(cases, seeds, fc.nat(4), ([sizes, weights], seed, epoch) => {
        const masses = sizes.map((size, task) => size * weights[task]!);
        fc.pre(sum(masses) > 1e-6);
        const order = mixtureOrder(sizes, weights, seed, epoch);
        assert.equal(order.length, sum(sizes));
        countsOf(order, sizes.length).forEach((count, task) => {
          const share = (sum(sizes) * masses[task]!) / sum(masses);
          assert.ok(Math.abs(count - share) < 1 + 1e-9, `${count} of ${share}`);
        });
      }),
      { numRuns: 200, seed: 5 },
    );
  });

  it('repeats no sample before its task is exhausted, over all epochs', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 3 }),
        fc.array(fc.double({ min: 0.1, max: 8, noNaN: true }), { minLength: 3, maxLength: 3 }),
        seeds,
        (sizes, weights, seed) => {
          const epochs = Array.from({ length: 5 }, (_, epoch) =>
            mixtureOrder(sizes, weights.slice(0, sizes.length), seed, epoch),
          );
          sizes.forEach((size, task) => {
            const drawn = epochs.flat().filter((sample) => sample.task === task);
            for (let at = 0; at < drawn.length; at += size) {
              const pass = drawn.slice(at, at + size).map(({ index }) => index);
              assert.equal(new Set(pass).size, pass.length);
              assert.ok(pass.every((index) => index >= 0 && index < size));
            }
          });
        },
      ),
      { numRuns: 150, seed: 6 },
    );
  });

  it('is right on average where shares are no whole numbers', () => {
    const epochs = Array.from({ length: 200 }, (_, epoch) => mixtureOrder([7, 3], [1, 0.1], 1, epoch));
    const rare = sum(epochs.map((order) => countsOf(order, 2)[1]!)) / epochs.length;
    // 10 samples · 0.3 / 7.3 = 0.411, with a standard error of 0.035.
    assert.ok(Math.abs(rare - 0.411) < 0.12, `${rare}`);
  });

  it('is decided by seed and epoch, and mixes the tasks', () => {
    const order = (seed: number, epoch: number): MixtureSample[] =>
      mixtureOrder([40, 40], [1, 1], seed, epoch);
    assert.deepEqual(order(1, 2), order(1, 2));
    assert.notDeepEqual(order(1, 2), order(1, 3));
    assert.notDeepEqual(order(1, 2), order(2, 2));
    const early = countsOf(order(1, 0).slice(0, 40), 2);
    assert.ok(Math.min(...early) > 8, early.join(' '));
  });

  it('leaves out a task of weight 0, and refuses weights that are none', () => {
    assert.deepEqual(countsOf(mixtureOrder([4, 6], [0, 2], 1, 0), 2), [0, 10]);
    assert.deepEqual(mixtureOrder([4, 6], [0, 0], 1, 0), []);
    assert.deepEqual(mixtureOrder([], [], 1, 0), []);
    for (const weights of [[1], [1, -1], [1, NaN], [1, Infinity]]) {
      assert.throws(() => mixtureOrder([2, 2], weights, 1, 0), RangeError);
    }
  });
});
