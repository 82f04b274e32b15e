import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readModelFolder } from '../../../src/files/modelFolder';
import { openModel } from '../../../src/models/openModel';
import type { Transformer } from '../../../src/models/transformer';
import { fixtureFolder } from '../../reference/fixture';
import { temporaryFolder } from '../files/temporary';
import { throwsWith } from '../files/throwsCode';
import { writeRandomLlama } from './randomLlama';

describe('openModel', () => {
  const folder = temporaryFolder();
  let count = 0;
  /** A model folder whose config.json is changed. */
  const changed = async (from: string, change: Record<string, unknown>): Promise<string> => {
    const dir = path.join(folder.path, `model ${count++}`);
    await mkdir(dir);
    const config = JSON.parse(await readFile(path.join(from, 'config.json'), 'utf8')) as object;
    await writeFile(path.join(dir, 'config.json'), JSON.stringify({ ...config, ...change }));
    await copyFile(path.join(from, 'model.safetensors'), path.join(dir, 'model.safetensors'));
    return dir;
  };
  const llama = async (change: Record<string, unknown> = {}): Promise<string> => {
    const dir = path.join(folder.path, `llama ${count++}`);
    await writeRandomLlama(dir);
    return changed(dir, change);
  };

  it('opens a Llama by its headers', async () => {
    const model = openModel(await readModelFolder(await llama()));
    const { maxLength, vocabulary, width, head } = model.spec;
    assert.equal(model.modules.length, 14);
    assert.deepEqual([model.layers, maxLength, vocabulary, width, head.kind], [2, 64, 40, 16, 'language']);
    await model.dispose();
  });

  it('reads the same tensors as another family that has their names', async () => {
    const dir = await llama({ model_type: 'mistral', sliding_window: 3 });
    const model = openModel(await readModelFolder(dir));
    assert.deepEqual(
      [0, 1].map((layer) => model.spec.block(layer).attention.window),
      [3, 3],
    );
    await model.dispose();
  });

  it('refuses a configuration, naming folder and field, before any weight is read', async () => {
    for (const [change, message] of [
      [{ hidden_act: 'glu' }, /model \d+ cannot be used: hidden_act "glu" is not computed, only /],
      [{ rope_scaling: { type: 'yarn' } }, /model \d+ cannot be used: rope_scaling of type "yarn"/],
      [{ num_key_value_heads: 3 }, /model \d+ cannot be used: num_attention_heads is not a multiple/],
    ] as const) {
      const read = await readModelFolder(await llama(change));
      throwsWith(() => openModel(read), 'model-config-invalid', message);
    }
  });

  it('refuses a model without a trained head', async () => {
    const dir = await changed(fixtureFolder('bert-1'), {});
    const read = await readModelFolder(dir);
    const tensors = new Map([...read.tensors].filter(([name]) => !name.startsWith('classifier')));
    const bare = (): Transformer => openModel({ ...read, tensors, architecture: 'BertModel' });
    throwsWith(
      bare,
      'model-head-missing',
      /model \d+ is a BertModel and has no classification head \(classifier\.weight\)/,
    );
  });

  it('refuses a type that it does not compute', async () => {
    const read = await readModelFolder(await llama());
    for (const modelType of ['mamba', 'toString']) {
      throwsWith(
        () => openModel({ ...read, modelType }),
        'model-architecture-unknown',
        new RegExp(`is a '${modelType}' model, which the engine does not compute`),
      );
    }
  });
});
