import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { hubModels } from '../../../src/files/hubCache';
import { temporaryFolder } from './temporary';

describe("the models of the hub's cache", () => {
  const folder = temporaryFolder();
  const cached = async (
    root: string,
    name: string,
    commit: string,
    files: readonly string[],
  ): Promise<string> => {
    const repository = path.join(folder.path, root, `models--${name.replace('/', '--')}`);
    const snapshot = path.join(repository, 'snapshots', commit);
    await mkdir(snapshot, { recursive: true });
    await mkdir(path.join(repository, 'refs'), { recursive: true });
    await writeFile(path.join(repository, 'refs', 'main'), commit);
    for (const file of files) await writeFile(path.join(snapshot, file), '{}');
    return snapshot;
  };

  it('are the snapshots of main revisions, each name once, where the hub looks first', async () => {
    const first = await cached('own', 'org/b', 'abc', ['config.json']);
    const other = await cached('own', 'a', 'def', ['config.json']);
    await cached('home/hub', 'org/b', '123', ['config.json']);
    await cached('own', 'org/no-config', 'abc', []);
    await mkdir(path.join(folder.path, 'own', 'datasets--org--data'), { recursive: true });
    const environment = {
      HF_HUB_CACHE: path.join(folder.path, 'own'),
      HF_HOME: path.join(folder.path, 'home'),
      HOME: folder.path,
    };
    assert.deepEqual(await hubModels(environment), [
      { name: 'a', folder: other },
      { name: 'org/b', folder: first },
    ]);
  });

  it('are none where there is no cache', async () => {
    assert.deepEqual(await hubModels({ HOME: path.join(folder.path, 'nobody') }), []);
  });
});
