import assert from 'node:assert/strict';
import fc from 'fast-check';
import { scaledAlpha } from '../../../src/shared/alpha';

describe('the alpha of another rank', () => {
  it('keeps alpha by the rank, with rsLoRA alpha by its root', () => {
    assert.equal(scaledAlpha({ alpha: 16, rank: 8 }, 12), 24);
    assert.equal(scaledAlpha({ alpha: 16, rank: 4 }, 16, true), 32);
    assert.equal(scaledAlpha({ alpha: 5, rank: 7 }, 3), 2.14285714286);
    assert.equal(scaledAlpha({ alpha: 0.123456789012345, rank: 7 }, 7), 0.123456789012345);
  });

  it('is the same again when the rank comes back', () => {
    for (const rankStabilized of [false, true])
      for (const alpha of [0.5, 5, 16, 24, 33.3])
        for (let from = 1; from <= 64; from++)
          for (let to = 1; to <= 64; to++) {
            const there = { rank: to, alpha: scaledAlpha({ alpha, rank: from }, to, rankStabilized) };
            assert.equal(scaledAlpha(there, from, rankStabilized), alpha);
          }
  });

  it('does not drift over many edits', () => {
    const ranks = fc.array(fc.integer({ min: 1, max: 4096 }), { maxLength: 60 });
    const alphas = fc.double({ min: 0.01, max: 1000, noNaN: true });
    fc.assert(
      fc.property(ranks, alphas, fc.integer({ min: 1, max: 512 }), fc.boolean(), (way, alpha, rank, rs) => {
        const end = [...way, rank].reduce(
          (row, next) => ({ rank: next, alpha: scaledAlpha(row, next, rs) }),
          { rank, alpha },
        );
        assert.ok(Math.abs(end.alpha - alpha) <= 1e-8 * alpha, `${alpha} became ${end.alpha}`);
      }),
    );
  });
});
