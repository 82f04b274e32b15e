import assert from 'node:assert/strict';
import { formatBytes, formatCount, formatSeconds } from '../../../src/shared/format';

describe('numbers for people, where rounding carries', () => {
  it('seconds and minutes never reach 60', () => {
    assert.deepEqual([59.4, 59.6, 3599.4, 3599.6, 7195, 7200].map(formatSeconds), [
      '59 s',
      '1 min 0 s',
      '59 min 59 s',
      '1 h 0 min',
      '2 h 0 min',
      '2 h 0 min',
    ]);
    for (let seconds = 0; seconds < 20_000; seconds += 7.3) {
      assert.doesNotMatch(formatSeconds(seconds), /\b60\b/, String(seconds));
    }
  });

  it('bytes and counts go over to the next unit', () => {
    assert.deepEqual([999, 999.6, 999_949, 999_950, 999_960_000].map(formatBytes), [
      '999 B',
      '1 kB',
      '999.9 kB',
      '1 MB',
      '1 GB',
    ]);
    assert.deepEqual([9999, 10_000, 999_949, 999_950, 999_950_000].map(formatCount), [
      '9,999',
      '10 k',
      '999.9 k',
      '1 M',
      '1 G',
    ]);
  });
});
