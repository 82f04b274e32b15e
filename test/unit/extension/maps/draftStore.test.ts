import assert from 'node:assert/strict';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DraftStore } from '../../../../src/extension/maps/draftStore';
import { DraftSession } from '../../../../src/extension/maps/session';
import { frame, fresh, q } from '../../planning/draft/frames';
import { temporaryFolder } from '../../files/temporary';

describe('plans that were edited and not applied', () => {
  const folder = temporaryFolder();
  const of = frame();
  const order = of.modules.map(({ path }) => path);
  const edits = (rank: number) => {
    const session = new DraftSession(of, fresh());
    session.change({ change: 'rows', label: `rank ${rank}`, rows: { [q(0)]: { rank } } });
    return session.edits!;
  };
  /** Through JSON, as VS Code keeps it. */
  function memento() {
    const values = new Map<string, string>();
    return {
      get: <T>(key: string): T | undefined => {
        const text = values.get(key);
        return text === undefined ? undefined : (JSON.parse(text) as T);
      },
      update: (key: string, value: unknown): Promise<void> => {
        values.set(key, JSON.stringify(value));
        return Promise.resolve();
      },
    } as unknown as ConstructorParameters<typeof DraftStore>[0];
  }
  const run = async (name: string): Promise<string> => {
    const path = join(folder.path, name);
    await mkdir(path, { recursive: true });
    return path;
  };

  it('come back after a reload, until they are forgotten', async () => {
    const kept = memento();
    const one = await run('one');
    await new DraftStore(kept).write(one, edits(2));
    assert.deepEqual(new DraftStore(kept).read(one, order), edits(2));
    await new DraftStore(kept).write(one, undefined);
    assert.equal(new DraftStore(kept).read(one, order), undefined);
  });

  it('go with their run, and are no more than twenty, the newest', async () => {
    const store = new DraftStore(memento());
    const gone = await run('gone');
    await store.write(gone, edits(2));
    await rm(gone, { recursive: true });
    const runs = await Promise.all(Array.from({ length: 21 }, (_, index) => run(`run-${index}`)));
    for (const one of runs) await store.write(one, edits(3));
    assert.equal(store.read(gone, order), undefined);
    assert.equal(store.read(runs[0]!, order), undefined);
    assert.equal(runs.filter((one) => store.read(one, order)).length, 20);
    // One that is edited again is the newest.
    await store.write(runs[1]!, edits(4));
    await store.write(await run('new'), edits(5));
    assert.ok(store.read(runs[1]!, order));
    assert.equal(store.read(runs[2]!, order), undefined);
  });
});
