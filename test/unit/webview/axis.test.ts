import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { axisTop, niceCeiling } from '../../../webview/model/axis';

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
