import assert from 'node:assert/strict';
import { LossWatch } from '../../../../src/engine/training/lossWatch';

describe('the watch over a loss', () => {
  const after = (losses: readonly number[], watch = new LossWatch()): (string | undefined)[] =>
    losses.map((loss) => watch.add(loss, 1));

  it('is not alarmed by one step, however bad', () => {
    assert.deepEqual(new Set(after([4, 2, 1, 0.5, 90, 0.5, 0.4])), new Set([undefined]));
  });

  it('is by a mean of four times the first loss, and says both', () => {
    const said = after([2, ...new Array<number>(40).fill(20)]);
    const first = said.findIndex((reason) => reason !== undefined);
    // 20 - 18 · 0.9ⁿ passes 8 with the fourth of them.
    assert.equal(first, 4);
    assert.equal(said[first], 'its mean loss is 8.19; it began at 2.00');
  });

  it('takes small first losses for 1: from nearly nothing everything is many times more', () => {
    assert.deepEqual(new Set(after([0.01, ...new Array<number>(50).fill(3.9)])), new Set([undefined]));
  });

  it('is at once by a gradient that is no number', () => {
    assert.match(new LossWatch().add(1, NaN) ?? '', /norm is NaN/);
    assert.match(new LossWatch().add(1, Infinity) ?? '', /norm is Infinity/);
  });

  it('goes on from its state', () => {
    const whole = new LossWatch();
    const losses = [2, 9, 9, 9, 9, 9, 30, 30];
    const said = after(losses, whole);
    const first = new LossWatch();
    after(losses.slice(0, 4), first);
    const second = new LossWatch();
    second.restore(first.state);
    assert.deepEqual(after(losses.slice(4), second), said.slice(4));
    assert.deepEqual(second.state, whole.state);
  });
});
