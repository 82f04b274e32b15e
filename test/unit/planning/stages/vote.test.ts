import assert from 'node:assert/strict';
import fc from 'fast-check';
import { percentile } from '../../../../src/planning/stages/percentile';
import { foldsOf, groupsOf, quantilesOf, vote } from '../../../../src/planning/stages/vote';
import { mulberry32 } from '../../../../src/shared/random';
import type { Role } from '../../../../src/shared/words';

const pooled = (count: number): number[][] => [[...Array(count).keys()]];
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const rising = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

describe('a percentile', () => {
  it('lies between values by linear interpolation, as numpy has it', () => {
    assert.ok(Math.abs(percentile(rising([1, 5, 3, 9, 7]), 0.4) - 4.2) < 1e-12);
    assert.ok(Math.abs(percentile(rising([2, 2, 8, 4, 6]), 0.4) - 3.2) < 1e-12);
    assert.equal(percentile([1, 2], 0), 1);
    assert.equal(percentile([1, 2], 1), 2);
    assert.equal(percentile([3], 0.7), 3);
  });

  it('is a value itself where the position is a whole number but for rounding', () => {
    const values = [...Array(101).keys()];
    assert.notEqual(0.29 * 100, 29);
    assert.equal(percentile(values, 0.29), 29);
  });
});

describe("LoRA-SMoE's vote", () => {
  const tasks = [
    [1, 5, 3, 9, 7],
    [2, 2, 8, 4, 6],
  ];

  it('counts the tasks whose threshold is passed', () => {
    const counts = vote(tasks, pooled(5), 0.4);
    assert.deepEqual(counts, [0, 1, 1, 2, 2]);
    assert.equal(sum(counts), 2 * (5 - 1 - Math.floor(0.4 * 4)));
  });

  it('has the published totals where there are no ties', () => {
    const random = mulberry32(3);
    for (const [modules, each] of [
      [144, 86],
      [36, 21],
      [108, 65],
      [252, 151],
    ] as const) {
      const scores = Array.from({ length: 8 }, () => Array.from({ length: modules }, random));
      assert.equal(sum(vote(scores, pooled(modules), 0.4)), 8 * each);
    }
  });

  it('lies between 0 and the number of tasks, whatever the scale and order, and falls with the quantile', () => {
    const values = fc.integer({ min: 0, max: 8 });
    const scores = fc.integer({ min: 1, max: 8 }).chain((modules) =>
      fc.array(fc.array(values, { minLength: modules, maxLength: modules }), {
        minLength: 1,
        maxLength: 4,
      }),
    );
    const quantile = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(scores, quantile, quantile, fc.integer({ min: 1, max: 40 }), (given, one, two, by) => {
        const [low, high] = [Math.min(one, two), Math.max(one, two)];
        const groups = pooled(given[0]!.length);
        const counts = vote(given, groups, low);
        assert.ok(counts.every((count) => count >= 0 && count <= given.length));
        const [first, ...others] = given;
        assert.deepEqual(vote([first!.map((score) => score * 2 ** by), ...others], groups, low), counts);
        const turned = given.map((task) => [...task].reverse());
        assert.deepEqual(vote(turned, groups, low), [...counts].reverse());
        vote(given, groups, high).forEach((count, module) => assert.ok(count <= counts[module]!));
      }),
      { seed: 51, numRuns: 500 },
    );
  });

  it('does not select a value equal to the threshold', () => {
    assert.deepEqual(vote([[1, 2, 3]], pooled(3), 0.5), [0, 0, 1]);
    assert.deepEqual(vote([[2, 2, 2]], pooled(3), 0), [0, 0, 0]);
    assert.deepEqual(vote([[1, 2, 2, 3]], pooled(4), 0.4), [0, 0, 0, 1]);
  });

  it('depends on what is grouped where one type is far louder', () => {
    const modules = (['q', 'q', 'down', 'down'] as const).map((role: Role) => ({ role }));
    const loud = [[1, 2, 100, 200]];
    const by = (grouping: 'type' | 'pooled' | 'attention-mlp'): number[] =>
      vote(loud, groupsOf(modules, grouping), 0.5);
    assert.deepEqual(by('type'), [0, 1, 0, 1]);
    assert.deepEqual(by('pooled'), [0, 0, 1, 1]);
    assert.deepEqual(by('attention-mlp'), [0, 1, 0, 1]);
    const mixed = (['q', 'v', 'gate', 'down'] as const).map((role: Role) => ({ role }));
    assert.deepEqual(groupsOf(mixed, 'attention-mlp'), [
      [0, 1],
      [2, 3],
    ]);
    assert.equal(groupsOf(mixed, 'type').length, 4);
  });

  it('changes at the quantiles that are named and nowhere else', () => {
    const groups = [
      [0, 1, 2],
      [3, 4, 5, 6, 7],
    ];
    const given = [[5, 1, 3, 9, 2, 4, 8, 6]];
    const named = quantilesOf(groups);
    assert.deepEqual(named, [0, 0.25, 0.5, 0.75]);
    named.forEach((quantile, place) => {
      const between = (quantile + (named[place + 1] ?? 1)) / 2;
      assert.deepEqual(vote(given, groups, between), vote(given, groups, quantile));
    });
    const totals = named.map((quantile) => sum(vote(given, groups, quantile)));
    assert.deepEqual(totals, [6, 5, 3, 2]);
  });
});

describe('folds of a single task', () => {
  it('are means of contiguous parts', () => {
    const samples = [
      [1, 10],
      [3, 30],
      [5, 50],
      [7, 70],
      [9, 90],
    ];
    assert.deepEqual(foldsOf(samples, 2), [
      [2, 20],
      [7, 70],
    ]);
    assert.deepEqual(foldsOf(samples, 1), [[5, 50]]);
    assert.equal(foldsOf(samples, 9).length, 5);
  });
});
