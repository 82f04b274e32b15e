import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Executor, JobState, PieceArray } from '../../../src/executors/executor';

/** What every executor promises, whichever it is. @param open a new one over the same cluster, as another process has it */
export function holdsContract(
  folder: () => string,
  open: () => Executor,
  { survives }: { readonly survives: boolean },
): void {
  let count = 0;
  /** Each task writes a file that its number names, or sleeps for a minute first. */
  function array(tasks: number, script = ''): PieceArray {
    const name = `contract-${process.pid}-${count++}`;
    const logs = path.join(folder(), `logs of ${name}`);
    mkdirSync(logs, { recursive: true });
    // Words that a shell would take for something else.
    const file = path.join(folder(), `it's $HOME "${name}".js`);
    const text = `${script}\nrequire('node:fs').writeFileSync(process.argv[2] + '-' + process.argv[3], 'done');`;
    writeFileSync(file, text);
    return { name, logs, count: tasks, command: [process.execPath, file, path.join(folder(), name)] };
  }
  const wrote = ({ name }: PieceArray, task: number): boolean =>
    existsSync(path.join(folder(), `${name}-${task}`));

  async function untilGone(executor: Executor, ids: readonly string[]): Promise<Map<string, JobState>> {
    for (;;) {
      const states = await executor.look(ids);
      assert.deepEqual([...states.keys()], ids, 'every one that was asked for');
      if ([...states.values()].every(({ state }) => state === 'gone')) return new Map(states);
      await sleep(100);
    }
  }

  it('runs each task of an array once, with its number, and says when they are gone', async () => {
    const executor = open();
    const three = array(3);
    const ids = await executor.submit(three);
    assert.equal(new Set(ids).size, 3);
    const states = await untilGone(executor, ids);
    for (const [task, id] of ids.entries()) {
      assert.ok(wrote(three, task), `task ${task}`);
      const state = states.get(id);
      assert.ok(state?.state === 'gone' && state.why.length > 0);
    }
    await executor.close();
  });

  it('ends what is canceled, and leaves alone what has ended', async () => {
    const executor = open();
    const slow = array(2, 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);');
    const ids = await executor.submit(slow);
    await executor.cancel(ids);
    await untilGone(executor, ids);
    assert.ok(!wrote(slow, 0) && !wrote(slow, 1));
    await executor.cancel(ids);
    await executor.close();
  });

  it('says of an id that nobody knows that it is gone', async () => {
    const executor = open();
    const ids = await executor.submit(array(1));
    const unknown = ids.map((id) => id.replace(/\d+/, '4000000'));
    for (const { state } of (await executor.look(unknown)).values()) assert.equal(state, 'gone');
    await untilGone(executor, ids);
    await executor.close();
  });

  it(
    survives
      ? 'is found again by its name, by a process that was not there'
      : 'has nothing that a process that was not there could find',
    async () => {
      const one = array(2);
      const executor = open();
      const ids = await executor.submit(one);
      const found = await open().find(one);
      assert.deepEqual(found, survives ? ids : undefined);
      assert.equal(await open().find({ name: 'nobody has this name', count: 1 }), undefined);
      await untilGone(executor, ids);
      await executor.close();
    },
  );
}
