import assert from 'node:assert/strict';
import fc from 'fast-check';
import { seededShuffle } from '../../../src/shared/shuffle';

describe('seededShuffle', () => {
  it('is a permutation and leaves its input alone', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 30 }), fc.integer(), (items, seed) => {
        const before = [...items];
        const shuffled = seededShuffle(items, seed);
        const sorted = (list: readonly number[]): number[] => [...list].sort((a, b) => a - b);
        assert.deepEqual(items, before);
        assert.deepEqual(sorted(shuffled), sorted(items));
        assert.deepEqual(seededShuffle(items, seed), shuffled);
      }),
      { seed: 11 },
    );
  });

  it('gives these very orders: runs of yesterday stay comparable', () => {
    const items = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    assert.deepEqual(seededShuffle(items, 1), [7, 8, 3, 2, 1, 5, 9, 4, 0, 6]);
    assert.deepEqual(seededShuffle(items, 42), [0, 7, 3, 5, 2, 1, 8, 9, 4, 6]);
    assert.deepEqual(seededShuffle(items, -1), [3, 0, 9, 4, 2, 7, 6, 5, 1, 8]);
  });

  it('puts every item in every place about equally often', () => {
    const counts = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
    const rounds = 4000;
    for (let seed = 0; seed < rounds; seed++) {
      seededShuffle([0, 1, 2, 3], seed).forEach((item, place) => counts[item]![place]!++);
    }
    // Seven standard deviations of a fair shuffle.
    const most = 7 * Math.sqrt(rounds * 0.25 * 0.75);
    for (const count of counts.flat()) assert.ok(Math.abs(count - rounds / 4) < most, counts.join(' | '));
  });
});
