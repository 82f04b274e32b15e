import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readModelFolder } from '../../../src/files/modelFolder';
import { findWeightFiles } from '../../../src/files/weightFiles';
import { rawSafetensors, type RawTensor } from './rawSafetensors';
import { temporaryFolder } from './temporary';
import { rejectsWith } from './throwsCode';
import { tinyConfig, tinyTensors } from './tinyLlama';

const shards = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const;
const index = 'model.safetensors.index.json';

describe('the shards of a model', () => {
  const root = temporaryFolder();
  let count = 0;

  async function folder(map: Readonly<Record<string, unknown>>): Promise<string> {
    const dir = join(root.path, `sharded ${count++}`);
    await mkdir(dir);
    await writeFile(join(dir, index), JSON.stringify({ metadata: {}, weight_map: map }));
    return dir;
  }

  it('are files of the folder itself and nothing else', async () => {
    await mkdir(join(root.path, 'elsewhere'));
    await writeFile(join(root.path, 'elsewhere', 'x.safetensors'), rawSafetensors([]));
    for (const name of [
      '../elsewhere/x.safetensors',
      join(root.path, 'elsewhere', 'x.safetensors'),
      'sub/x.safetensors',
      '..\\elsewhere\\x.safetensors',
      '..',
      '.',
      '',
      7,
      null,
      ['x.safetensors'],
    ]) {
      const where = /index\.json names no file of its folder for "the\.tensor"/;
      await rejectsWith(findWeightFiles(await folder({ 'the.tensor': name })), 'model-config-invalid', where);
    }
  });

  it('are named with a tensor of theirs where one is missing', async () => {
    const dir = await folder({ first: shards[0], second: shards[1], third: shards[1] });
    await writeFile(join(dir, shards[0]), rawSafetensors([]));
    const missing = /00002-of-00002\.safetensors, which .*index\.json lists for tensor "second", is missing/;
    await rejectsWith(findWeightFiles(dir), 'model-weights-missing', missing);
  });

  it('are checked one by one, whatever the index says of them', async () => {
    const tensors: RawTensor[] = tinyTensors().map(({ name, dtype, shape }) => ({ name, dtype, shape }));
    const map = Object.fromEntries(tensors.map(({ name }, i) => [name, shards[i < 5 ? 0 : 1]]));
    const dir = await folder(map);
    await writeFile(join(dir, 'config.json'), JSON.stringify(tinyConfig));
    await writeFile(join(dir, shards[0]), rawSafetensors(tensors.slice(0, 5)));
    const second = rawSafetensors(tensors.slice(5));
    await writeFile(join(dir, shards[1]), second);
    assert.equal((await readModelFolder(dir)).modules.length, 14);

    await writeFile(join(dir, shards[1]), second.subarray(0, -4));
    const cut =
      /00002-of-00002\.safetensors is cut short: tensor "model\.layers\.1\.self_attn\.v_proj\.weight"/;
    await rejectsWith(readModelFolder(dir), 'safetensors-truncated', cut);

    const [name = ''] = tensors.slice(5).map((tensor) => tensor.name);
    const text = second.toString('latin1').replace('"shape":[12,8]', '"shape":[12,9]');
    await writeFile(join(dir, shards[1]), Buffer.from(text, 'latin1'));
    const shape =
      /00002-of-00002\.safetensors .*tensor "[\w.]+" spans 384 bytes where F32 \[12, 9\] takes 432/;
    await rejectsWith(readModelFolder(dir), 'safetensors-header-invalid', shape);

    await writeFile(join(dir, shards[1]), rawSafetensors(tensors.slice(6)));
    const gone = new RegExp(`puts tensor "${name}" into .*00002-of-00002\\.safetensors, where it is not`);
    await rejectsWith(readModelFolder(dir), 'model-tensor-missing', gone);
  });
});
