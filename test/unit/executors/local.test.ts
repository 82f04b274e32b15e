import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalExecutor } from '../../../src/executors/local/localExecutor';
import { temporaryFolder } from '../files/temporary';
import { holdsContract } from './contract';

describe('processes of this machine', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  holdsContract(
    () => folder.path,
    () => new LocalExecutor(2),
    { survives: false },
  );

  it('are so many at a time, and the next begins when one has ended', async () => {
    const executor = new LocalExecutor(2);
    const script = 'setTimeout(() => undefined, 300)';
    const ids = await executor.submit({
      ...{ name: 'some', logs: folder.path, count: 5 },
      command: [process.execPath, '-e', script],
    });
    const counts = new Set<number>();
    for (;;) {
      const states = [...(await executor.look(ids)).values()];
      counts.add(states.filter(({ state }) => state === 'running').length);
      if (states.every(({ state }) => state === 'gone')) break;
      await sleep(20);
    }
    assert.ok(counts.has(2) && Math.max(...counts) === 2, [...counts].join(' '));
  });

  it('that cannot be started are gone, with the reason', async () => {
    const executor = new LocalExecutor(1);
    const [id = ''] = await executor.submit({
      ...{ name: 'none', logs: folder.path, count: 1 },
      command: ['/no/such/program'],
    });
    let state = (await executor.look([id])).get(id);
    while (state?.state !== 'gone') {
      await sleep(20);
      state = (await executor.look([id])).get(id);
    }
    assert.match(state.why, /ENOENT/);
  });
});
