import assert from 'node:assert/strict';
import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashFile, hashModelFolder } from '../../../src/files/hash';
import { readModelFolder, requireUnchanged } from '../../../src/files/modelFolder';
import { writeSafetensors } from '../../../src/files/safetensorsWrite';
import { temporaryFolder } from './temporary';
import { rejectsWith } from './throwsCode';
import { tinyConfig, tinyTensors, writeTinyLlama } from './tinyLlama';

describe('model folder', () => {
  const folder = temporaryFolder();
  let count = 0;
  const fresh = async (): Promise<string> => {
    const dir = join(folder.path, `model ${count++}`);
    await writeTinyLlama(dir);
    return dir;
  };

  it('lists layers, parameters and modules from the headers alone', async () => {
    const model = await readModelFolder(await fresh());
    assert.equal(model.architecture, 'LlamaForCausalLM');
    assert.equal(model.modelType, 'llama');
    assert.equal(model.layers, 2);
    // Embedding 16x8, and a layer: q 64, k 32, v 32, o 64, gate, up, down 96 each, norm 8.
    assert.equal(model.parameters, 128 + 2 * (64 + 32 + 32 + 64 + 3 * 96 + 8));
    assert.deepEqual(
      model.modules.map(({ role }) => role),
      [...'qkvo', 'gate', 'up', 'down', ...'qkvo', 'gate', 'up', 'down'],
    );
    assert.deepEqual(model.modules[8], {
      path: 'model.layers.1.self_attn.k_proj',
      layer: 1,
      role: 'k',
      inFeatures: 8,
      outFeatures: 4,
    });
    assert.equal(model.modules[6]?.inFeatures, 12);
  });

  it('is noticed to have been written since its headers were read', async () => {
    const dir = await fresh();
    const model = await readModelFolder(dir);
    await requireUnchanged(model);
    const file = join(dir, 'model.safetensors');
    await utimes(file, new Date(), new Date(Date.now() + 5000));
    await rejectsWith(requireUnchanged(model), 'model-changed', /model\.safetensors was written/);
    await rm(file);
    await rejectsWith(requireUnchanged(model), 'model-changed');
  });

  it('calls gamma and beta of old norms weight and bias, as transformers does', async () => {
    const dir = await fresh();
    const norm = (name: string) => ({
      name,
      dtype: 'F32' as const,
      shape: [8],
      data: new Float32Array(8),
    });
    await writeSafetensors(join(dir, 'model.safetensors'), [
      ...tinyTensors(),
      norm('model.embeddings.LayerNorm.gamma'),
      norm('model.embeddings.LayerNorm.beta'),
    ]);
    const { tensors } = await readModelFolder(dir);
    assert.ok(tensors.has('model.embeddings.LayerNorm.weight'));
    assert.ok(tensors.has('model.embeddings.LayerNorm.bias'));
    assert.ok(![...tensors.keys()].some((name) => /gamma|beta/.test(name)));
  });

  it('reads shards through their index', async () => {
    const dir = await fresh();
    const whole = await readModelFolder(dir);
    await rm(join(dir, 'model.safetensors'));
    await rejectsWith(readModelFolder(dir), 'model-weights-missing', /holds no model\.safetensors/);
    const tensors = tinyTensors();
    const names = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const;
    await writeSafetensors(join(dir, names[0]), tensors.slice(0, 5));
    await writeSafetensors(join(dir, names[1]), tensors.slice(5));
    const map = Object.fromEntries(tensors.map(({ name }, i) => [name, i < 5 ? names[0] : names[1]]));
    const index = join(dir, 'model.safetensors.index.json');
    await writeFile(index, JSON.stringify({ metadata: {}, weight_map: map }));
    const sharded = await readModelFolder(dir);
    assert.deepEqual(sharded.modules, whole.modules);
    assert.equal(sharded.parameters, whole.parameters);

    await writeFile(index, JSON.stringify({ weight_map: { ...map, extra: names[0] } }));
    await rejectsWith(readModelFolder(dir), 'model-tensor-missing', /"extra"/);
    await writeFile(index, JSON.stringify({ weight_map: { a: '../x' } }));
    await rejectsWith(readModelFolder(dir), 'model-config-invalid', /names no file/);
    await writeFile(index, JSON.stringify({ weight_map: { ...map, other: 'gone.safetensors' } }));
    await rejectsWith(readModelFolder(dir), 'model-weights-missing', /gone\.safetensors.*missing/);
  });

  it('says what is wrong with a folder', async () => {
    const dir = await fresh();
    const config = join(dir, 'config.json');
    await rejectsWith(readModelFolder(join(dir, 'none')), 'model-missing', /does not exist/);
    await rejectsWith(readModelFolder(config), 'model-missing', /is a file/);
    await writeFile(config, '{\n "model_type": llama\n}');
    await rejectsWith(readModelFolder(dir), 'model-config-invalid', /config\.json.* is not valid JSON/);
    for (const [change, code, message] of [
      [{ model_type: undefined }, 'model-config-invalid', /model_type/],
      [{ model_type: 'mamba' }, 'model-architecture-unknown', /"mamba"/],
      [{ model_type: 'constructor' }, 'model-architecture-unknown', /"constructor"/],
      [{ num_hidden_layers: 0 }, 'model-config-invalid', /num_hidden_layers/],
      [{ architectures: [] }, 'model-config-invalid', /architectures/],
      [{ num_hidden_layers: 3 }, 'model-tensor-missing', /layer 2/],
    ] as const) {
      await writeFile(config, JSON.stringify({ ...tinyConfig, ...change }));
      await rejectsWith(readModelFolder(dir), code, message);
    }
    await rm(config);
    await rejectsWith(readModelFolder(dir), 'model-missing', /config\.json does not exist/);
  });

  it('explains a folder that has only pickled weights', async () => {
    const dir = join(folder.path, 'pickled');
    await mkdir(dir);
    await writeFile(join(dir, 'config.json'), JSON.stringify(tinyConfig));
    await writeFile(join(dir, 'pytorch_model.bin'), '');
    await rejectsWith(readModelFolder(dir), 'model-weights-missing', /pytorch_model\.bin/);
  });

  it('hashes alike what is alike, and apart what is not', async () => {
    const [a, b] = [await fresh(), await fresh()];
    const hash = async (dir: string): Promise<string> => hashModelFolder(await readModelFolder(dir));
    assert.match(await hash(a), /^sha256:[0-9a-f]{64}$/);
    assert.equal(await hash(a), await hash(b));
    await writeTinyLlama(b, 0.5);
    assert.notEqual(await hash(a), await hash(b));
    await writeTinyLlama(b);
    await writeFile(join(b, 'config.json'), JSON.stringify({ ...tinyConfig, rope_theta: 1 }));
    assert.notEqual(await hash(a), await hash(b));
  });

  it('hashes samples of a large weight file up to both of its ends', async () => {
    const dir = await fresh();
    const hashWith = async (change: (data: Float32Array) => void): Promise<string> => {
      const data = new Float32Array(300_000);
      change(data);
      const tensors = [...tinyTensors(), { name: 'zz.big', dtype: 'F32' as const, shape: [300_000], data }];
      await writeSafetensors(join(dir, 'model.safetensors'), tensors);
      return hashModelFolder(await readModelFolder(dir));
    };
    const plain = await hashWith(() => undefined);
    assert.notEqual(plain, await hashWith((data) => data.fill(1, -1)));
    assert.notEqual(plain, await hashWith((data) => data.fill(1, 0, 20_000)));
  });

  it('hashes a file as sha256sum does', async () => {
    const path = join(folder.path, 'abc');
    await writeFile(path, 'abc');
    assert.equal(
      await hashFile(path),
      'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    await rejectsWith(hashFile(`${path}.none`), 'data-missing');
  });
});
