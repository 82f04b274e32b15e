import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findBaseModel } from '../../../src/files/findBaseModel';
import { temporaryFolder } from './temporary';

describe('a base model that a file names', () => {
  const root = temporaryFolder();
  const at = (...parts: string[]): string => path.join(root.path, ...parts);
  const environment = (): Record<string, string> => ({ HOME: at('home') });
  const find = (name: string, further: object = {}) =>
    findBaseModel({
      name,
      folder: at('work', 'configs'),
      workspaceFolders: [at('work'), at('other')],
      environment: environment(),
      ...further,
    });
  const model = async (...parts: string[]): Promise<string> => {
    await mkdir(at(...parts), { recursive: true });
    await writeFile(at(...parts, 'config.json'), '{}');
    return at(...parts);
  };

  it('is a folder from the file on, then from the roots of the workspace on', async () => {
    const near = await model('work', 'configs', 'near');
    const beside = await model('work', 'model');
    const other = await model('other', 'models', 'small');
    assert.deepEqual(await find('./near'), { folder: near });
    assert.deepEqual(await find('../model'), { folder: beside });
    assert.deepEqual(await find('model'), { folder: beside });
    assert.deepEqual(await find('models/small'), { folder: other });
    assert.deepEqual(await find('..\\model\\'), { folder: beside });
    await model('work', 'configs', 'model');
    assert.deepEqual(await find('model'), { folder: at('work', 'configs', 'model') });
  });

  it('is an absolute folder, or one under the home folder', async () => {
    const home = await model('home', 'models', 'one');
    assert.deepEqual(await find(home), { folder: home });
    assert.deepEqual(await find('~/models/one'), { folder: home });
    assert.deepEqual(await find('~\\models\\one'), { folder: home });
    assert.deepEqual((await find('C:\\models\\one')).places?.[0], 'C:\\models\\one');
  });

  it('is a snapshot in the hub’s cache: the main one, or a revision’s', async () => {
    const cache = at('home', '.cache', 'huggingface', 'hub', 'models--org--Name-1.5B');
    const commit = 'a'.repeat(40);
    const other = 'b'.repeat(40);
    await model('blobs');
    const snapshot = path.join(cache, 'snapshots', commit);
    await mkdir(snapshot, { recursive: true });
    await symlink(at('blobs', 'config.json'), path.join(snapshot, 'config.json'));
    await mkdir(path.join(cache, 'refs'), { recursive: true });
    await writeFile(path.join(cache, 'refs', 'main'), `${commit}\n`);
    assert.deepEqual(await find('org/Name-1.5B'), { folder: snapshot });
    assert.deepEqual(await find(`org/Name-1.5B@${commit}`), { folder: snapshot });
    assert.equal((await find(`org/Name-1.5B@${other}`)).folder, undefined);
    const moved = { HF_HOME: at('home', '.cache', 'huggingface'), HOME: at('nowhere') };
    assert.deepEqual(await find('org/Name-1.5B', { environment: moved }), { folder: snapshot });
    const hub = { HF_HUB_CACHE: path.dirname(cache), HOME: at('nowhere') };
    assert.deepEqual(await find('org/Name-1.5B', { environment: hub }), { folder: snapshot });
  });

  it('is where the user has said, before all else', async () => {
    const told = await model('told');
    assert.deepEqual(await find('../model', { modelFolders: { '../model': told } }), { folder: told });
    assert.deepEqual(await find('org/gone', { modelFolders: { 'org/gone': '../told' } }), { folder: told });
    assert.deepEqual(await find('x', { modelFolders: { x: 'gone', y: told } }), {
      places: [
        at('work', 'gone'),
        at('other', 'gone'),
        at('work', 'configs', 'x'),
        at('work', 'x'),
        at('other', 'x'),
        at('home', '.cache', 'huggingface', 'hub', 'models--x'),
      ],
    });
  });

  it('is nowhere where no place has a config.json, and names cannot leave the cache', async () => {
    await mkdir(at('work', 'empty'), { recursive: true });
    assert.equal((await find('empty')).folder, undefined);
    assert.deepEqual(await find('  '), { places: [] });
    for (const name of ['org/../../x', 'a--b', 'org/name@../../x', '\0']) {
      const { places = [] } = await find(name);
      assert.ok(
        places.every((place) => !place.includes('models--')),
        name,
      );
    }
  });
});
