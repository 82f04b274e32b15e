import assert from 'node:assert/strict';
import fc from 'fast-check';
import { layerScores } from '../../../src/planning/layerScores';
import { keepTop, rankLayers } from '../../../src/planning/rankLayers';
import { kendallTau, splitHalves } from '../../../src/planning/stability';
import { meanAndError } from '../../../src/shared/meanAndError';

const close = (actual: number, expected: number): void =>
  assert.ok(
    Math.abs(actual - expected) <= 1e-12 * Math.max(1, Math.abs(expected)),
    `${actual} is not ${expected}`,
  );

describe('ranking', () => {
  it('goes from large to small, ties by lower index', () => {
    assert.deepEqual(rankLayers([1, 3, 3, 0]), [1, 2, 0, 3]);
    assert.deepEqual(keepTop([1, 3, 3, 0], 3), [0, 1, 2]);
    assert.deepEqual(keepTop([1, 1, 1], 2), [0, 1]);
    assert.deepEqual(keepTop([1, 2], 9), [0, 1]);
  });
});

describe("Kendall's tau-b", () => {
  it('gives the values that scipy.stats.kendalltau documents and known extremes', () => {
    close(kendallTau([12, 2, 1, 12, 2], [1, 4, 7, 1, 0]), -0.47140452079103173);
    close(kendallTau([1, 2, 3, 4], [1, 2, 3, 4]), 1);
    close(kendallTau([1, 2, 3, 4], [4, 3, 2, 1]), -1);
    assert.equal(kendallTau([1, 1], [1, 2]), 0);
    assert.equal(kendallTau([], []), 0);
  });

  it('stays within -1 and 1, is symmetric, and sees only the order', () => {
    const lists = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })));
    fc.assert(
      fc.property(lists, (pairs) => {
        const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
        const tau = kendallTau(a, b);
        assert.ok(tau >= -1 - 1e-12 && tau <= 1 + 1e-12);
        assert.equal(kendallTau(b, a), tau);
        assert.equal(
          kendallTau(
            a.map((x) => x ** 3 + 2),
            b,
          ),
          tau,
        );
      }),
      { seed: 4 },
    );
  });
});

describe('split halves', () => {
  it('compare the even samples with the odd ones', () => {
    // Means of the halves: (1, 10), (2, 20), (3, 5): the pair of rows 0 and 1 agrees, the other two do not.
    const rows = [Float32Array.of(1, 10, 1, 10), [2, 20, 2, 20], [3, 5, 3, 5]];
    const { halvesKendallTau, topKAgreement } = splitHalves(rows, 2);
    close(halvesKendallTau, -1 / 3);
    assert.equal(topKAgreement, 0.5);
  });

  it('say nothing with fewer than two samples', () => {
    assert.deepEqual(splitHalves([[1], [2]]), { halvesKendallTau: 0, topKAgreement: 0 });
    assert.deepEqual(splitHalves([]), { halvesKendallTau: 0, topKAgreement: 0 });
  });

  it('agree fully where the samples are alike', () => {
    const rows = [1, 2, 3, 4, 5].map((value) => [value, value, value, value]);
    assert.deepEqual(splitHalves(rows), { halvesKendallTau: 1, topKAgreement: 1 });
  });
});

describe('mean and standard error', () => {
  it('are those of the textbook', () => {
    const { mean, standardError } = meanAndError([2, 4, 4, 4, 5, 5, 7, 9]);
    assert.equal(mean, 5);
    close(standardError, Math.sqrt(32 / 7 / 8));
    assert.deepEqual(meanAndError([3]), { mean: 3, standardError: 0 });
    assert.deepEqual(meanAndError([]), { mean: 0, standardError: 0 });
  });

  it('keep the deviation of large, nearly equal values', () => {
    close(meanAndError([1e9, 1e9 + 1]).standardError, 0.5);
  });

  it('of layers are those of the sums over their modules', () => {
    const scores = layerScores([1, 0, 1], [[1, 3], [5, 5], Float32Array.of(3, 1)]);
    assert.deepEqual(scores, [
      { layer: 0, score: 5, standardError: 0 },
      { layer: 1, score: 4, standardError: 0 },
    ]);
  });
});
