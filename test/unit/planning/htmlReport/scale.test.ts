import fc from 'fast-check';
import assert from 'node:assert/strict';
import { linear, logarithmic, spanOf } from '../../../../src/planning/htmlReport/scale';
import { tickWords } from '../../../../src/planning/htmlReport/tickWords';

describe('scales of figures', () => {
  it('map the ends of their domain to the ends of their range, and rise or fall with it', () => {
    const scale = linear([2, 4], [100, 0]);
    assert.deepEqual([2, 3, 4].map(scale), [100, 50, 0]);
    const powers = logarithmic([1, 100], [0, 10]);
    assert.deepEqual(
      [1, 10, 100].map((value) => Math.round(powers(value))),
      [0, 5, 10],
    );
  });

  it('have round ticks within their domain, at least one, in order and not too many', () => {
    const numbers = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(numbers, fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (low, extent) => {
        fc.pre(low + extent > low && extent > Math.abs(low) * 1e-9);
        const { ticks } = linear([low, low + extent], [0, 100]);
        assert.ok(ticks.length >= 2 && ticks.length <= 11, String(ticks.length));
        const slack = extent * 1e-6;
        ticks.forEach((tick, at) => {
          assert.ok(tick >= low - slack && tick <= low + extent + slack);
          assert.ok(at === 0 || tick > ticks[at - 1]!);
        });
      }),
    );
    assert.deepEqual(linear([0, 1], [0, 1]).ticks, [0, 0.2, 0.4, 0.6, 0.8, 1]);
    assert.deepEqual(logarithmic([900, 120_000], [0, 1]).ticks, [1000, 3000, 10_000, 30_000, 100_000]);
  });

  it('take a domain without extent, and no numbers at all', () => {
    assert.equal(linear([3, 3], [0, 10])(3), 5);
    assert.ok(Math.abs(logarithmic([5, 5], [0, 10])(5) - 5) < 1e-9);
    assert.deepEqual(spanOf([]), [0, 1]);
    assert.deepEqual(spanOf([1, 3], 0.5), [0, 4]);
  });

  it('write ticks with the digits that their gap wants', () => {
    assert.equal(tickWords('accuracy', 0.8, [0.8, 0.85]), '80 %');
    assert.equal(tickWords('accuracy', 0.805, [0.8, 0.805]), '80.5 %');
    assert.equal(tickWords('loss', 0.35, [0.3, 0.35]), '0.35');
    assert.equal(tickWords('loss', 2, [1, 2]), '2');
  });
});
