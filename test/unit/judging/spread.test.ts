import assert from 'node:assert/strict';
import fc from 'fast-check';
import { judge } from '../../../src/judging/judgement';
import { pairScores } from '../../../src/judging/pairedScores';
import { spreadOf } from '../../../src/judging/spread';
import { studentQuantile, twoSidedP } from '../../../src/judging/studentT';
import { LabError } from '../../../src/shared/errors';
import { mulberry32 } from '../../../src/shared/random';
import { normals, simulate } from './simulated';

describe('the spread of paired scores', () => {
  it('is worked out by hand for two seeds and two examples', () => {
    // Rows 1 3 and 3 9; means of rows 2 and 6, of columns 2 and 6, of all 4.
    const spread = spreadOf({
      differences: [
        [1, 3],
        [3, 9],
      ],
      weights: [0.5, 0.5],
      tasks: [0, 0],
    });
    assert.equal(spread.difference, 4);
    // A = ((2 − 4)² + (6 − 4)²) / 1 / 2
    assert.equal(spread.fromSeeds, 4);
    // B = 2 · ¼ · 2 · 2² = 4; residuals are ±1: I = 2 · ¼ · 2 · (1 + 1) / 1 / 2 = 1.
    assert.equal(spread.fromExamples, 3);
    assert.equal(spread.standardError, Math.sqrt(7));
    assert.equal(spread.degrees, 1);
  });

  it('has the variance of a bootstrap of seeds, but for its factor of (n − 1)/n', () => {
    const scores = simulate(normals(1), { seeds: 5, examples: 40, ofSeed: 0.5, noise: 1, ofExample: 0.3 });
    const random = mulberry32(2);
    const drawn = Array.from({ length: 20_000 }, () => {
      const rows = scores.differences.map(() => scores.differences[Math.floor(5 * random())] as number[]);
      return rows.flat().reduce((sum, value) => sum + value, 0) / 200;
    });
    const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
    const variance = drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / drawn.length;
    const { fromSeeds } = spreadOf(scores);
    assert.ok(Math.abs(variance / ((4 / 5) * fromSeeds) - 1) < 0.05, `${variance} ${fromSeeds}`);
  });

  it('leaves a doubt where each seed has as many right answers more, on other examples', () => {
    for (const seeds of [2, 3]) {
      const differences = Array.from({ length: seeds }, (_, seed) =>
        Array.from({ length: 50 }, (__, example) => Number(example === 7 * seed)),
      );
      const scores = { differences, weights: new Array(50).fill(0.02), tasks: new Array(50).fill(0) };
      assert.ok(spreadOf(scores).standardError > 0);
      const { interval, call } = judge(scores, { seeds, moreIsBetter: true });
      assert.ok(interval[0] < interval[1]);
      if (seeds === 2) assert.equal(call, 'none');
    }
  });

  it('has degrees of freedom for differences of any size, down to the least that there are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 4, maxLength: 4 }), {
          minLength: 2,
          maxLength: 5,
        }),
        (differences) => {
          const spread = spreadOf({ differences, weights: [0.25, 0.25, 0.25, 0.25], tasks: [0, 0, 1, 1] });
          assert.ok(spread.degrees > 0, String(spread.degrees));
          assert.equal(spread.degrees === Infinity, spread.standardError === 0);
          const { interval } = judge(
            { differences, weights: [0.25, 0.25, 0.25, 0.25], tasks: [0, 0, 1, 1] },
            { seeds: 5, moreIsBetter: true },
          );
          assert.ok(interval.every(Number.isFinite), String(interval));
        },
      ),
    );
  });

  it('does not lessen with seeds where plans differ by example, and is 0 where nothing differs', () => {
    const of = (seeds: number) =>
      spreadOf(simulate(normals(4), { seeds, examples: 50, ofSeed: 0, noise: 0.01, ofExample: 1 }));
    for (const seeds of [2, 20]) {
      const { standardError, fromSeeds, fromExamples } = of(seeds);
      assert.ok(fromSeeds < fromExamples / 100);
      assert.ok(Math.abs(standardError * Math.sqrt(50) - 1) < 0.3, String(standardError));
    }
    const none = spreadOf({
      differences: [
        [2, 2],
        [2, 2],
      ],
      weights: [0.5, 0.5],
      tasks: [0, 0],
    });
    assert.deepEqual([none.difference, none.standardError, none.degrees], [2, 0, Infinity]);
  });

  it('takes tasks as strata: what one task is better by than another is no doubt', () => {
    const spread = spreadOf({
      differences: [
        [1, 1, 5, 5],
        [1, 1, 5, 5],
      ],
      weights: [0.25, 0.25, 0.25, 0.25],
      tasks: [0, 0, 1, 1],
    });
    assert.deepEqual([spread.difference, spread.standardError], [3, 0]);
  });

  it('is as large in another unit, and the same in another order of seeds or examples', () => {
    const values = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.array(values, { minLength: 2, maxLength: 5 }),
        fc.integer({ min: 1, max: 9 }),
        (rows, by) => {
          const weights = [0.25, 0.25, 0.25, 0.25];
          const tasks = [0, 0, 0, 0];
          const spread = spreadOf({ differences: rows, weights, tasks });
          const scaled = spreadOf({
            differences: rows.map((row) => row.map((one) => by * one)),
            weights,
            tasks,
          });
          const turned = spreadOf({
            differences: [...rows].reverse().map((row) => [...row].reverse()),
            weights,
            tasks,
          });
          // Of squares: a root would make a rest of 1e-16 one of 1e-8.
          const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-9 * Math.max(1, Math.abs(b));
          return (
            near(scaled.difference, by * spread.difference) &&
            near(scaled.standardError ** 2, by ** 2 * spread.standardError ** 2) &&
            near(turned.difference, spread.difference) &&
            near(turned.standardError ** 2, spread.standardError ** 2)
          );
        },
      ),
    );
  });
});

describe('arms', () => {
  it('are paired by task, seed and example, each task counting the same and each token as one', () => {
    const paired = pairScores(
      [
        {
          values: [
            [1, 0],
            [1, 1],
          ],
        },
        { values: [[2], [4]], counts: [7] },
      ],
      [
        {
          values: [
            [0, 0],
            [1, 0],
          ],
        },
        { values: [[1], [1]], counts: [7] },
      ],
    );
    assert.deepEqual(paired.differences, [
      [1, 0, 1],
      [0, 1, 3],
    ]);
    assert.deepEqual(paired.weights, [0.25, 0.25, 0.5]);
    assert.deepEqual(paired.tasks, [0, 0, 1]);
    const tokens = pairScores([{ values: [[1, 2]], counts: [1, 3] }], [{ values: [[0, 0]] }]);
    assert.deepEqual(tokens.weights, [0.25, 0.75]);
    assert.equal(spreadOf(tokens).difference, 1.75);
  });

  it('that cannot be paired are refused', () => {
    const refused = (what: string, plan: Parameters<typeof pairScores>[0], control: typeof plan): void =>
      assert.throws(
        () => pairScores(plan, control),
        (thrown) =>
          thrown instanceof LabError && thrown.code === 'judge-unpaired' && thrown.message.includes(what),
      );
    refused('tasks', [], []);
    refused('tasks', [{ values: [[1]] }], [{ values: [[1]] }, { values: [[1]] }]);
    refused('seeds', [{ values: [[1], [2]] }], [{ values: [[1]] }]);
    refused('examples', [{ values: [[1, 2]] }], [{ values: [[1]] }]);
    refused('examples', [{ values: [[]] }], [{ values: [[]] }]);
    refused('values', [{ values: [[NaN]] }], [{ values: [[1]] }]);
  });
});

describe("Student's t", () => {
  it('has the quantiles of the tables', () => {
    for (const [degrees, value] of [
      [1, 12.7062],
      [2, 4.30265],
      [10, 2.22814],
      [120, 1.97993],
    ] as const) {
      assert.ok(Math.abs(studentQuantile(0.975, degrees) - value) < 1e-4);
      assert.ok(Math.abs(twoSidedP(value, degrees) - 0.05) < 1e-6);
    }
  });
});
