import assert from 'node:assert/strict';
import { mapAtMost } from '../../../src/shared/mapAtMost';

describe('calls of which few go on at once', () => {
  const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('give their results in order, however long each takes', async () => {
    let [going, highest] = [0, 0];
    const results = await mapAtMost(3, [5, 1, 4, 1, 0, 2, 3], async (waits) => {
      highest = Math.max(highest, ++going);
      for (let turn = 0; turn < waits; turn++) await later();
      going--;
      return waits * 10;
    });
    assert.deepEqual(results, [50, 10, 40, 10, 0, 20, 30]);
    assert.equal(highest, 3);
    assert.deepEqual(await mapAtMost(3, [], later), []);
  });

  it('end with the first one that fails', async () => {
    const begun: number[] = [];
    const failing = mapAtMost(1, [1, 2, 3], async (item) => {
      begun.push(item);
      await later();
      if (item === 2) throw new Error('no');
    });
    await assert.rejects(failing, /no/);
    assert.deepEqual(begun, [1, 2]);
  });
});
