import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readModelFolder } from '../../../src/files/modelFolder';
import { openModel } from '../../../src/models/openModel';
import { temporaryFolder } from '../files/temporary';
import { throwsWith } from '../files/throwsCode';
import { writeRandomLlama } from './randomLlama';

describe('openModel', () => {
  const folder = temporaryFolder();

  it('opens a Llama by its headers', async () => {
    const dir = path.join(folder.path, 'llama');
    await writeRandomLlama(dir);
    const { modules, layers, maxLength, vocabulary, width, heads } = openModel(await readModelFolder(dir));
    assert.equal(modules.length, 14);
    assert.deepEqual([layers, maxLength, vocabulary, width, heads], [2, 64, 40, 16, 4]);
  });

  it('refuses a family that the editor knows and the engine does not compute', async () => {
    const dir = path.join(folder.path, 'mistral');
    await writeRandomLlama(dir);
    const config = path.join(dir, 'config.json');
    await writeFile(config, (await readFile(config, 'utf8')).replace('"llama"', '"mistral"'));
    const read = await readModelFolder(dir);
    throwsWith(() => openModel(read), 'model-architecture-unknown', /mistral is a 'mistral' model/);
  });
});
