import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isRecorded } from '../../../../src/engine/training/thinning';

const recordedUpTo = (steps: number): number[] => {
  const recorded: number[] = [];
  for (let step = 1; step <= steps; step++) if (isRecorded(step)) recorded.push(step);
  return recorded;
};

describe('thinning', () => {
  it('records every one of the first 200 steps, then 100 in each doubling', () => {
    assert.deepEqual(
      recordedUpTo(200),
      Array.from({ length: 200 }, (_, i) => i + 1),
    );
    for (const from of [200, 400, 800, 12_800]) {
      const between = recordedUpTo(2 * from).filter((step) => step > from);
      assert.equal(between.length, 100);
      assert.deepEqual(between.slice(0, 2), [from + from / 100, from + (2 * from) / 100]);
    }
  });

  it('keeps a million steps under 1,500 lines', () => {
    const { length } = recordedUpTo(1_000_000);
    assert.ok(length > 1300 && length < 1500, `${length} lines`);
  });

  it('never leaves the last line more than 1 % of the steps behind', () => {
    let last = 0;
    for (let step = 1; step <= 300_000; step++) {
      if (isRecorded(step)) last = step;
      assert.ok(step - last <= step / 100, `step ${step}, last line ${last}`);
    }
  });

  it('records what is recorded of a longer training: a step of twice the count is recorded with it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 2 ** 40 }), (step) => {
        assert.equal(isRecorded(2 * step), isRecorded(step));
      }),
      { seed: 3, numRuns: 2000 },
    );
  });
});
