import assert from 'node:assert/strict';
import fc from 'fast-check';
import { gateScores, joinGates } from '../../../../src/planning/stages/gates';
import { knapsack, type Item } from '../../../../src/planning/stages/knapsack';
import { searchMask } from '../../../../src/planning/stages/mask';
import { refineMask } from '../../../../src/planning/stages/refineMask';
import { mulberry32 } from '../../../../src/shared/random';

const anywhere = (): string => '';

/** Σ_n (Σ_{l masked} g_n[l])² */
const costOf = (gates: readonly (readonly number[])[], masked: readonly number[]): number =>
  gates.reduce((sum, row) => sum + masked.reduce((own, layer) => own + row[layer]!, 0) ** 2, 0);

describe('the mask of layers', () => {
  it('keeps the top K where all layers cost the same, ties to the lower index', () => {
    const room = (count: number): number[] => [count, Infinity];
    const weights = [1, 2, 3, 4].map(() => [1, 10]);
    assert.deepEqual(searchMask([0.1, 0.4, 0.2, 0.3], weights, room(2)), [1, 3]);
    assert.deepEqual(searchMask([0.25, 0.25, 0.25, 0.25], weights, room(2)), [0, 1]);
    assert.deepEqual(searchMask([0.1, 0.4, 0.2, 0.3], weights, [4, 29]), [1, 3]);
    assert.deepEqual(searchMask([0.1, 0.4, 0.2, 0.3], weights, [4, 9]), []);
    assert.deepEqual(searchMask([], [], [1]), []);
  });

  it('weighs scores against costs where layers differ', () => {
    // The best one alone, or the two others together.
    const weights = [
      [1, 10],
      [1, 6],
      [1, 4],
    ];
    assert.deepEqual(searchMask([0.4, 0.35, 0.25], weights, [3, 10]), [1, 2]);
    assert.deepEqual(searchMask([0.4, 0.35, 0.25], weights, [1, 10]), [0]);
    assert.deepEqual(searchMask([0.4, 0.35, 0.25], weights, [3, 14]), [0, 2]);
    // What scores nothing stays where it costs nothing of what is short.
    assert.deepEqual(searchMask([1, 0, 0], weights, [3, Infinity]), [0, 1, 2]);
  });

  it('finds the best set that fits, as trying all of them does', () => {
    const item = fc.record({
      value: fc.integer({ min: 1, max: 30 }),
      weights: fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 1, max: 12 })),
    });
    fc.assert(
      fc.property(
        fc.array(item, { maxLength: 10 }),
        fc.tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 60 })),
        (items: Item[], room) => {
          const weigh = (set: readonly number[], which: 0 | 1): number =>
            set.reduce((sum, index) => sum + items[index]!.weights[which]!, 0);
          const worth = (set: readonly number[]): number =>
            set.reduce((sum, index) => sum + items[index]!.value, 0);
          let best = 0;
          for (let bits = 0; bits < 2 ** items.length; bits++) {
            const set = [...items.keys()].filter((index) => (bits >> index) & 1);
            if (weigh(set, 0) <= room[0] && weigh(set, 1) <= room[1]) best = Math.max(best, worth(set));
          }
          const found = knapsack(items, room);
          assert.equal(worth(found), best);
          assert.ok(weigh(found, 0) <= room[0] && weigh(found, 1) <= room[1]);
          assert.equal(new Set(found).size, found.length);
        },
      ),
      { seed: 41, numRuns: 500 },
    );
  });

  it('is the same for a hundred layers, however it is scaled', () => {
    const random = mulberry32(5);
    const items = Array.from({ length: 100 }, () => ({
      score: random() / 50,
      weights: [1, 1000 + Math.floor(random() * 9000)],
    }));
    const weights = items.map((one) => one.weights);
    const scores = items.map(({ score }) => score);
    const kept = searchMask(scores, weights, [40, 150_000]);
    const total = (set: readonly number[], which: number): number =>
      set.reduce((sum, index) => sum + weights[index]![which]!, 0);
    assert.ok(kept.length <= 40 && total(kept, 1) <= 150_000);
    const tenfold = weights.map(([layer, parameters]) => [layer!, 10 * parameters!]);
    assert.deepEqual(searchMask(scores, tenfold, [40, 1_500_000]), kept);
    // No single layer can be put in, and none be exchanged for a better one.
    const off = scores.map((_, index) => index).filter((index) => !kept.includes(index));
    for (const index of off) {
      for (const other of kept) {
        const swapped = [...kept.filter((one) => one !== other), index];
        assert.ok(total(swapped, 1) > 150_000 || scores[index]! <= scores[other]!);
      }
    }
  });
});

describe('the refinement of a mask', () => {
  const gates = [
    [1, -1, 0.5, 2],
    [1, -1, 0.5, -2],
    [1, -1, -0.5, 2],
  ];

  it('sees what the diagonal does not: gates that cancel', () => {
    const diagonal = gateScores(gates).map((score) => score * 3);
    assert.deepEqual(diagonal, [3, 3, 0.75, 12]);
    // The least of the diagonal are layer 2 and either of 0 and 1.
    const [first, second] = [...diagonal.keys()].sort((a, b) => diagonal[a]! - diagonal[b]!);
    assert.deepEqual([second, first], [0, 2]);
    assert.equal(costOf(gates, [0]) + costOf(gates, [2]), 3.75);
    assert.equal(costOf(gates, [0, 2]), 4.75);
    for (const start of [
      [0, 2],
      [1, 2],
    ]) {
      assert.deepEqual(refineMask(gates, start, anywhere), [0, 1]);
    }
    assert.equal(costOf(gates, [0, 1]), 0);
  });

  it('never raises the cost, and masks as many layers as before', () => {
    const random = mulberry32(7);
    let lower = 0;
    for (let round = 0; round < 100; round++) {
      const layers = 2 + Math.floor(random() * 9);
      const samples = 1 + Math.floor(random() * 6);
      const rows = Array.from({ length: samples }, () =>
        Array.from({ length: layers }, () => 2 * random() - 1),
      );
      const start = [...Array(layers).keys()].filter(() => random() < 0.5);
      const refined = refineMask(rows, start, anywhere);
      assert.equal(refined.length, start.length);
      assert.ok(costOf(rows, refined) <= costOf(rows, start));
      if (costOf(rows, refined) < costOf(rows, start)) lower++;
    }
    assert.ok(lower > 50);
  });

  it('leaves alone what may not move, and moves only within a class', () => {
    assert.deepEqual(
      refineMask(gates, [0, 2], (layer) => (layer === 1 ? undefined : '')),
      [0, 2],
    );
    assert.deepEqual(
      refineMask(gates, [0, 2], (layer) => (layer < 2 ? 'wide' : 'narrow')),
      [1, 2],
    );
  });

  it('joins tasks as the combination of their scores does', () => {
    const loud = gates.map((row) => row.map((gradient) => 100 * gradient));
    const other = [[0, 0, 1, 1]];
    const joined = joinGates([loud, other]);
    const total = (gateScores(joined).reduce((sum, score) => sum + score, 0) * joined.length).toFixed(9);
    assert.equal(total, '1.000000000');
    const share = (layer: number): number => costOf(joined, [layer]);
    assert.ok(Math.abs(share(3) - (12 / 18.75 + 1 / 2) / 2) < 1e-12);
  });
});
