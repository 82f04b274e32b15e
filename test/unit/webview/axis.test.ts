import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { axisTop, niceCeiling, rangeOf } from '../../../webview/model/axis';

const positive = fc.double({ min: 1e-12, max: 1e12, noNaN: true });

describe('the top of an axis', () => {
  it('is a round number not far above the highest value', () => {
    assert.deepEqual([0.267, 1, 37, 0.0024, 91].map(niceCeiling), [0.3, 1, 40, 0.0025, 100]);
    fc.assert(
      fc.property(positive, (value) => {
        const top = niceCeiling(value);
        return top >= value * (1 - 1e-9) && top <= value * 2;
      }),
    );
  });

  it('stays while the numbers wander and moves when they outgrow it or shrink', () => {
    assert.equal(axisTop(undefined, 23), 25);
    assert.equal(axisTop(25, 12), 25);
    assert.equal(axisTop(25, 26), 30);
    assert.equal(axisTop(25, 9), 10);
  });

  it('exists without values', () => {
    assert.equal(axisTop(undefined, 0), 1);
  });
});

describe('an axis over numbers that need not begin at 0', () => {
  it('has round ends around them and a round step', () => {
    assert.deepEqual(rangeOf([0.512, 0.874]), { low: 0.5, high: 0.9, step: 0.1 });
    assert.deepEqual(rangeOf([3e8, 3.4e8]), { low: 3e8, high: 3.4e8, step: 1e7 });
    assert.deepEqual(rangeOf([0, 6], 1), { low: 0, high: 6, step: 2 });
  });

  it('makes no mountains of values that are nearly the same, and no fractions of what is whole', () => {
    assert.deepEqual(rangeOf([96, 96], 1), { low: 95, high: 97, step: 1 });
    assert.deepEqual(rangeOf([0.5], 0.01), { low: 0.49, high: 0.51, step: 0.01 });
  });

  it('does not go below 0 where nothing does, and exists without values', () => {
    assert.equal(rangeOf([0.001, 5]).low, 0);
    assert.ok(rangeOf([-1, 5]).low <= -1);
    assert.deepEqual(rangeOf([]), { low: 0, high: 1, step: 0.25 });
  });

  it('has room for all of them', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1 }), (values) => {
        const { low, high, step } = rangeOf(values);
        const slack = 1e-6 * Math.max(1, Math.abs(low), Math.abs(high));
        assert.ok(values.every((value) => value >= low - slack && value <= high + slack));
        assert.ok(step > 0 && (high - low) / step < 12, `${(high - low) / step} steps`);
      }),
      { seed: 5 },
    );
  });
});
