import fc from 'fast-check';
import assert from 'node:assert/strict';
import { combineTasks, sumByLayer } from '../../../src/shared/combineScores';
import { cancelled, isErrorCode, LabError, toLabError } from '../../../src/shared/errors';
import {
  formatBytes,
  formatCount,
  formatScore,
  formatSeconds,
  formatShare,
} from '../../../src/shared/format';

const positive = fc.double({ min: 1e-6, max: 1e6, noNaN: true });

describe('scores of several tasks', () => {
  it('become shares that sum to 1, whatever the scale of a task', () => {
    const tasks = fc
      .integer({ min: 1, max: 9 })
      .chain((size) =>
        fc.array(fc.array(positive, { minLength: size, maxLength: size }), { minLength: 1, maxLength: 4 }),
      );
    fc.assert(
      fc.property(tasks, positive, (scores, factor) => {
        const shares = combineTasks(scores);
        assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-9);
        const louder = combineTasks([scores[0]!.map((score) => score * factor), ...scores.slice(1)]);
        louder.forEach((share, index) => assert.ok(Math.abs(share - shares[index]!) < 1e-9));
      }),
    );
  });

  it('leave out a task that scored nothing', () => {
    assert.deepEqual(
      combineTasks([
        [0, 0],
        [1, 3],
      ]),
      [0.25, 0.75],
    );
    assert.deepEqual(combineTasks([[0, 0]]), [0, 0]);
    assert.deepEqual(combineTasks([]), []);
  });

  it('sum by layer', () => {
    assert.deepEqual(sumByLayer([0, 0, 2], [1, 2, 4]), [3, 0, 4]);
    assert.deepEqual(sumByLayer([], []), []);
  });
});

describe('numbers for people', () => {
  it('counts', () => {
    assert.deepEqual([0, 999, 1234, 9999, 10_000, 20_300_000, 7e9].map(formatCount), [
      '0',
      '999',
      '1,234',
      '9,999',
      '10 k',
      '20.3 M',
      '7 G',
    ]);
  });
  it('bytes, seconds, shares, scores', () => {
    assert.deepEqual([5, 1500, 3_700_000, 13.5e9].map(formatBytes), ['5 B', '1.5 kB', '3.7 MB', '13.5 GB']);
    assert.deepEqual([0.42, 12.4, 59.6, 75, 3600, 5400].map(formatSeconds), [
      '0.4 s',
      '12 s',
      '1 min 0 s',
      '1 min 15 s',
      '1 h 0 min',
      '1 h 30 min',
    ]);
    assert.equal(formatShare(0.1234), '12.3 %');
    assert.deepEqual([0, 1234.5, 0.012345, 0.00001234, 123456].map(formatScore), [
      '0',
      '1230',
      '0.0123',
      '1.23e-5',
      '1.23e+5',
    ]);
  });
});

describe('errors', () => {
  it('survive a journey through JSON', () => {
    const error = new LabError('data-empty', 'x.jsonl has no lines.', 'Give another file.');
    const back = LabError.fromPayload(JSON.parse(JSON.stringify(error.toPayload())) as never);
    assert.deepEqual(
      [back.code, back.message, back.next, back.kind],
      [error.code, error.message, error.next, 'input'],
    );
  });
  it('name a full disk, keep their own kind, and call the rest internal', () => {
    assert.equal(toLabError(Object.assign(new Error('write'), { code: 'ENOSPC' })).code, 'disk-full');
    assert.equal(toLabError(cancelled()).kind, 'cancelled');
    // One of another bundle, which has the class once more.
    const foreign = Object.assign(new Error('gone'), {
      name: 'LabError',
      code: 'data-missing',
      next: 'Look.',
    });
    assert.ok(toLabError(foreign) instanceof LabError);
    assert.deepEqual(toLabError(foreign).toPayload(), {
      code: 'data-missing',
      message: 'gone',
      next: 'Look.',
    });
    assert.equal(toLabError('odd').code, 'internal');
    assert.ok(isErrorCode('data-empty') && !isErrorCode('toString'));
  });
});
