import assert from 'node:assert/strict';
import { judge, looksUpTo } from '../../../src/judging/judgement';
import { levelOfLooks } from '../../../src/judging/looks';
import type { PairedScores } from '../../../src/judging/pairedScores';
import { normals, simulate, type Case } from './simulated';

const cases = 2000;
/** The binomial 99 % band around 5 % of 2,000: 100 ± 2.576 · √(2000 · 0.05 · 0.95), which is 25. */
const band = 25;

/** How often a difference is called, whoever stops as soon as they may. */
function calls(one: Case, seed: number): { called: number; seeds: number } {
  const normal = normals(seed);
  let [called, spent] = [0, 0];
  for (let at = 0; at < cases; at++) {
    const all = simulate(normal, one);
    for (const look of looksUpTo(one.seeds)) {
      const seen: PairedScores = { ...all, differences: all.differences.slice(0, look) };
      const { call, isOver } = judge(seen, { seeds: one.seeds, moreIsBetter: true });
      if (call !== 'none') called++;
      if (!isOver) continue;
      spent += look;
      break;
    }
  }
  return { called, seeds: spent / cases };
}

describe('a judgement', () => {
  describe('of a plan against itself, with seeds of its own in both arms', () => {
    const numbers: Case = { seeds: 3, examples: 60, ofSeed: 0.3, noise: 1 };
    for (const [what, one] of [
      [
        'of right and wrong, after three seeds',
        { ...numbers, examples: 300, ofSeed: 0.1, isBinary: true, noise: 0.5 },
      ],
      ['of numbers, after three seeds', numbers],
      ['of right and wrong, after five seeds', { ...numbers, seeds: 5, isBinary: true, noise: 0.5 }],
      ['of one seed that is another altogether', { ...numbers, ofSeed: 1, noise: 0.2 }],
    ] as const) {
      it(`calls a difference in 5 % of 2,000 cases: ${what}`, () => {
        const { called } = one.seeds === 3 ? calls(one, 11) : callsAtEnd(one, 11);
        assert.ok(Math.abs(called - 0.05 * cases) <= band, `${called} of ${cases}`);
      });
    }

    it('calls one more seldom after two seeds, which tell little of others', () => {
      for (const one of [numbers, { ...numbers, examples: 50, ofSeed: 0, noise: 0.3, isBinary: true }]) {
        const { called } = callsAtEnd({ ...one, seeds: 2 }, 11);
        assert.ok(called <= 0.05 * cases + band, `${called} of ${cases}`);
      }
    });

    it('does so in 5 % as well where it looks after three, four, five and six seeds and stops when it may', () => {
      const { called, seeds } = calls({ ...numbers, seeds: 6 }, 12);
      assert.ok(Math.abs(called - 0.05 * cases) <= band, `${called} of ${cases}`);
      assert.ok(seeds > 5.8, `${seeds} seeds on average`);
    });

    /** One look alone, at the end. */
    function callsAtEnd(one: Case, seed: number): { called: number } {
      const normal = normals(seed);
      let called = 0;
      for (let at = 0; at < cases; at++) {
        const { p } = judge(simulate(normal, one), { seeds: one.seeds, moreIsBetter: true });
        if (p < 0.05) called++;
      }
      return { called };
    }
  });

  it('looks at a stricter level the more often it looks', () => {
    assert.equal(levelOfLooks([3], 0.05), 0.05);
    const [two, four] = [levelOfLooks([3, 4], 0.05), levelOfLooks([3, 4, 5, 6], 0.05)];
    assert.ok(two < 0.05 && four < two, `${two} ${four}`);
    // Bonferroni's would be right if no look knew of another.
    assert.ok(two > 0.025 && four > 0.0125, `${two} ${four}`);
    assert.deepEqual(looksUpTo(2), [2]);
    assert.deepEqual(looksUpTo(5), [3, 4, 5]);
  });

  it('finds a difference that is there, with its sign, and spends fewer seeds on it', () => {
    const better = calls({ seeds: 6, examples: 60, ofSeed: 0.1, noise: 0.5, gain: 1 }, 13);
    assert.ok(better.called > 0.95 * cases, `${better.called} of ${cases}`);
    assert.ok(better.seeds < 4, `${better.seeds} seeds on average`);
    const scores = simulate(normals(3), { seeds: 4, examples: 80, ofSeed: 0.05, noise: 0.3, gain: 1 });
    const of = (moreIsBetter: boolean) => judge(scores, { seeds: 4, moreIsBetter });
    assert.equal(of(true).call, 'better');
    assert.equal(of(false).call, 'worse');
    assert.ok(of(true).interval[0] > 0 && of(true).interval[1] > 1);
  });

  it('is over where the interval leaves no difference that matters', () => {
    const scores = simulate(normals(5), { seeds: 3, examples: 400, ofSeed: 0.001, noise: 0.02 });
    const judged = judge(scores, { seeds: 6, moreIsBetter: true, margin: 0.1 });
    assert.deepEqual([judged.call, judged.isEquivalent, judged.isOver], ['none', true, true]);
    const strict = judge(scores, { seeds: 6, moreIsBetter: true });
    assert.equal(strict.isOver, false);
  });

  it('says nothing of one seed, and a plain 0 of arms that are the same', () => {
    const one = judge(
      { differences: [[1, 2]], weights: [0.5, 0.5], tasks: [0, 0] },
      { seeds: 3, moreIsBetter: true },
    );
    assert.deepEqual(one.interval, [-Infinity, Infinity]);
    assert.deepEqual([one.difference, one.p, one.call, one.isOver], [1.5, 1, 'none', false]);
    const same = judge(
      {
        differences: [
          [0, 0],
          [0, 0],
          [0, 0],
        ],
        weights: [0.5, 0.5],
        tasks: [0, 0],
      },
      { seeds: 3, moreIsBetter: true },
    );
    assert.deepEqual(same.interval, [0, 0]);
    assert.deepEqual([same.difference, same.p, same.call, same.isOver], [0, 1, 'none', true]);
  });
});
