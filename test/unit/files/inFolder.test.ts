import assert from 'node:assert/strict';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesBesideWeights } from '../../../src/files/besideWeights';
import { readHeaders } from '../../../src/files/checkpoint';
import { readModelFolder } from '../../../src/files/modelFolder';
import { weightIndexName } from '../../../src/files/weightFiles';
import { configName, weightsName } from '../../../src/peft/folder';
import { readConfig, weightsOf } from '../../../src/peft/read';
import { temporaryFolder } from './temporary';
import { rejectsWith } from './throwsCode';
import { writeTinyLlama } from './tinyLlama';

describe('files of a folder that came from elsewhere', () => {
  const folder = temporaryFolder();
  const at = (...names: string[]): string => join(folder.path, ...names);
  let count = 0;
  /** A model with its weights as a shard, and an index that names `file` for its tensors. */
  const sharded = async (file: string): Promise<string> => {
    const model = at(`model ${count++}`);
    await writeTinyLlama(model);
    await rename(join(model, 'model.safetensors'), join(model, 'model-1.safetensors'));
    await writeFile(
      join(model, weightIndexName),
      JSON.stringify({ weight_map: { 'model.embed_tokens.weight': file } }),
    );
    return model;
  };

  it('are read where an index names a file of its folder', async () => {
    assert.equal((await readHeaders(await sharded('model-1.safetensors'))).headers.length, 1);
  });

  for (const name of [
    '../model-1.safetensors',
    '/etc/hosts',
    '..',
    '.hidden',
    'a/b',
    'a\\b',
    'C:\\x',
    'x\0',
    '',
    7,
    null,
  ])
    it(`are refused where an index names ${JSON.stringify(name)}`, async () => {
      await rejectsWith(
        readHeaders(await sharded(name as string)),
        'model-config-invalid',
        /names no file of its folder/,
      );
    });

  it('are refused where a shard, or the one file of weights, is a link out of the folder', async function () {
    if (process.platform === 'win32') this.skip();
    const model = await sharded('model-1.safetensors');
    await rename(join(model, 'model-1.safetensors'), at('outside.safetensors'));
    await symlink('../outside.safetensors', join(model, 'model-1.safetensors'));
    await rejectsWith(
      readHeaders(model),
      'model-config-invalid',
      /model-1\.safetensors is a link to a file outside/,
    );
    await symlink(at('outside.safetensors'), join(model, 'model.safetensors'));
    await rejectsWith(
      readHeaders(model),
      'model-config-invalid',
      /model\.safetensors is a link to a file outside/,
    );
  });

  it('are read by a link within the folder, and where the folder itself is one', async function () {
    if (process.platform === 'win32') this.skip();
    const model = await sharded('linked.safetensors');
    await symlink('model-1.safetensors', join(model, 'linked.safetensors'));
    await symlink(model, at('by link'));
    assert.equal((await readHeaders(at('by link'))).headers.length, 1);
  });

  it('are read as the hub’s cache keeps them: links into blobs beside the snapshots', async function () {
    if (process.platform === 'win32') this.skip();
    const snapshot = at('models--a--b', 'snapshots', 'abc');
    await writeTinyLlama(snapshot);
    await mkdir(at('models--a--b', 'blobs'));
    await rename(join(snapshot, 'model.safetensors'), at('models--a--b', 'blobs', '123'));
    await symlink('../../blobs/123', join(snapshot, 'model.safetensors'));
    assert.equal((await readModelFolder(snapshot)).layers, 2);
    const within = join(snapshot, 'checkpoint-500');
    await writeTinyLlama(within);
    await rm(join(within, 'model.safetensors'));
    await symlink('../../../blobs/123', join(within, 'model.safetensors'));
    assert.equal((await readModelFolder(within)).layers, 2);
    await writeFile(at('secret'), 'mine');
    await rm(join(snapshot, 'model.safetensors'));
    await symlink('../../../secret', join(snapshot, 'model.safetensors'));
    await rejectsWith(readModelFolder(snapshot), 'model-config-invalid', /outside of its folder/);
  });

  it('are not copied beside merged weights where they are links out of the folder', async function () {
    if (process.platform === 'win32') this.skip();
    const model = at('beside');
    await writeTinyLlama(model);
    await writeFile(at('key'), 'secret');
    await symlink(at('key'), join(model, 'README.md'));
    await symlink('config.json', join(model, 'copy.json'));
    const { files } = await filesBesideWeights(await readModelFolder(model));
    assert.deepEqual(files, ['config.json', 'copy.json']);
  });

  it('are refused where they are an adapter’s, and links out of its folder', async function () {
    if (process.platform === 'win32') this.skip();
    const adapter = at('adapter');
    await mkdir(adapter);
    await writeFile(at('elsewhere'), '{"peft_type":"LORA"}');
    for (const name of [configName, weightsName]) await symlink('../elsewhere', join(adapter, name));
    await rejectsWith(readConfig(adapter), 'adapter-invalid', /adapter_config\.json is a link/);
    await rejectsWith(weightsOf(adapter), 'adapter-invalid', /adapter_model\.safetensors is a link/);
  });
});
