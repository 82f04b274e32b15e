import assert from 'node:assert/strict';
import { OrderedWrites } from '../../../src/engine/orderedWrites';
import { rejectsWith, throwsWith } from '../files/throwsCode';

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('OrderedWrites', () => {
  it('does one behind the other, in the order they were asked for', async () => {
    const writes = new OrderedWrites();
    const done: number[] = [];
    for (const wait of [20, 0, 5]) {
      writes.push(async () => {
        await later(wait);
        done.push(wait);
      });
    }
    assert.deepEqual(done, [], 'nobody waits');
    await writes.drained();
    assert.deepEqual(done, [20, 0, 5]);
  });

  it('does nothing more after one that failed, and says why to whoever asks', async () => {
    const writes = new OrderedWrites();
    writes.push(() => Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' })));
    await rejectsWith(writes.drained(), 'disk-full');
    const more = (): void => writes.push(() => Promise.reject(new Error('never asked')));
    throwsWith(more, 'disk-full');
    await rejectsWith(writes.drained(), 'disk-full');
  });
});
