import assert from 'node:assert/strict';
import { cp, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readAdapter } from '../../../src/peft/read';
import { readModelFolder, type ModelFolder } from '../../../src/files/modelFolder';
import { readSafetensorsHeader, readTensorFloat32 } from '../../../src/files/safetensors';
import { writeSafetensors, type TensorToWrite } from '../../../src/files/safetensorsWrite';
import { fixtureFolder } from '../../reference/fixture';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';

const q = (layer: number): string => `model.layers.${layer}.self_attn.q_proj`;

describe('reading an adapter in PEFT’s layout', () => {
  const temporary = temporaryFolder();
  let model: ModelFolder;
  let count = 0;
  before(async () => {
    model = await readModelFolder(fixtureFolder('llama-1'));
  });

  /** A copy of PEFT's adapter of the reference data, with changes to its configuration and tensors. */
  async function copy(
    config: object = {},
    change: (tensors: TensorToWrite[]) => TensorToWrite[] = (tensors) => tensors,
    source = path.join(fixtureFolder('llama-1'), 'lora'),
  ): Promise<string> {
    const folder = path.join(temporary.path, `${count++}`);
    await cp(source, folder, { recursive: true });
    const file = path.join(folder, 'adapter_config.json');
    const before = JSON.parse(await readFile(file, 'utf8')) as object;
    await writeFile(file, JSON.stringify({ ...before, ...config }));
    const weights = path.join(folder, 'adapter_model.safetensors');
    const tensors: TensorToWrite[] = [];
    for (const [name, entry] of (await readSafetensorsHeader(weights)).tensors) {
      tensors.push({ name, dtype: 'F32', shape: entry.shape, data: await readTensorFloat32(weights, entry) });
    }
    await writeSafetensors(weights, change(tensors));
    return folder;
  }
  const refused = async (folder: Promise<string>, words: RegExp): Promise<void> =>
    rejectsWith(readAdapter(await folder, model), 'adapter-invalid', words);

  it('takes the reference adapters of PEFT 0.13', async () => {
    const { kind, modules, arrays } = await readAdapter(await copy(), model);
    assert.equal(kind, 'lora');
    assert.equal(modules.size, 6);
    assert.equal(arrays.size, 12);
    assert.deepEqual(modules.get(q(1)), { rank: 4, alpha: 10, scaling: 2.5 });
    const gpt2 = await readModelFolder(fixtureFolder('gpt2-1'));
    const other = await readAdapter(path.join(fixtureFolder('gpt2-1'), 'lora'), gpt2);
    assert.deepEqual(other.modules.get('transformer.h.2.attn.c_attn'), { rank: 4, alpha: 6, scaling: 1.5 });
  });

  it('widens float16 and bfloat16', async () => {
    const whole = (await readAdapter(await copy(), model)).arrays.get(`${q(0)}.lora_A`)!.values;
    for (const [dtype, error] of [
      ['F16', 2 ** -11],
      ['BF16', 2 ** -8],
    ] as const) {
      const folder = await copy({}, (tensors) => tensors.map((one) => ({ ...one, dtype })));
      const { values } = (await readAdapter(folder, model)).arrays.get(`${q(0)}.lora_A`)!;
      assert.ok(values.some((value, at) => value !== whole[at]));
      for (const [at, value] of values.entries())
        assert.ok(Math.abs(value - whole[at]!) <= error * Math.abs(whole[at]!));
    }
  });

  it('finds modules under the class’s root or none, whatever the model’s files have', async () => {
    const strip = (name: string): string => name.replace('model.layers.', 'layers.');
    const bare = {
      ...model,
      root: '',
      modules: model.modules.map((one) => ({ ...one, path: strip(one.path) })),
    };
    assert.equal((await readAdapter(await copy(), bare)).modules.has(strip(q(2))), true);
    const bareAdapter = await copy({}, (tensors) =>
      tensors.map((one) => ({ ...one, name: strip(one.name) })),
    );
    assert.deepEqual([...(await readAdapter(bareAdapter, model)).modules.keys()].includes(q(2)), true);
  });

  it('names a tensor that is missing, has another shape, or belongs to no module', async () => {
    const name = `base_model.model.${q(1)}.lora_B.weight`;
    await refused(
      copy({}, (tensors) => tensors.filter((one) => one.name !== name)),
      /lacks base_model\.model\.model\.layers\.1\.self_attn\.q_proj\.lora_B\.weight/,
    );
    await refused(
      copy({}, (tensors) => tensors.map((one) => (one.name === name ? { ...one, shape: [24, 8] } : one))),
      /layers\.1\.self_attn\.q_proj\.lora_B in .* is \[24, 8\], not \[48, 4\]/,
    );
    const stray = {
      name: 'base_model.model.lm_head.lora_A.weight',
      dtype: 'F32',
      shape: [1],
      data: new Float32Array(1),
    } as const;
    await refused(
      copy({}, (tensors) => [...tensors, stray]),
      /lm_head\.lora_A\.weight .*belongs to no module/,
    );
    await refused(
      copy({}, (tensors) => [...tensors, { ...stray, name: name.replace('.weight', '.default.weight') }]),
      /lora_B\.default\.weight/,
    );
  });

  it('compares tensors with the configuration', async () => {
    await refused(copy({ r: 2 }), /is \[4, 48\], not \[2, 48\]/);
    await refused(copy({ rank_pattern: { 'layers.1.self_attn.q_proj': 3 } }), /layers\.1.*not \[3, 48\]/);
    await refused(copy({ target_modules: ['q_proj'] }), /v_proj.* target_modules leaves out/);
    await refused(copy({ target_modules: ['q_proj', 'v_proj', 'o_proj'] }), /lacks .*o_proj/);
    await refused(
      copy({ target_modules: ['nothing'] }, () => []),
      /no modules of the model/,
    );
    await refused(copy({ target_modules: '.*proj', layers_to_transform: [1] }), /layers_to_transform/);
  });

  it('refuses by name what would be computed otherwise', async () => {
    for (const [config, words] of [
      [{ use_dora: true }, /DoRA \(use_dora: true\)/],
      [{ bias: 'all' }, /bias: "all"/],
      [{ lora_bias: true }, /lora_bias/],
      [{ layer_replication: [[0, 2]] }, /replicated layers/],
      [{ trainable_token_indices: [1] }, /trainable_token_indices/],
      [{ target_parameters: ['x'] }, /target_parameters/],
      [{ use_qalora: true }, /QALoRA/],
      [{ init_lora_weights: 'pissa_niter_4' }, /init_lora_weights: "pissa_niter_4"/],
      [{ peft_type: 'LOHA' }, /peft_type must be LORA, ADALORA or LILY/],
    ] as const) {
      await refused(copy(config), words);
    }
    assert.ok(
      await readAdapter(await copy({ anything: 1, init_lora_weights: 'gaussian', loftq_config: {} }), model),
    );
  });

  it('refuses a rank of 0, which PEFT would not load either (trap 5)', async () => {
    await refused(copy({ r: 0 }), /at r/);
    await refused(copy({ rank_pattern: { q_proj: 0 } }), /at rank_pattern\.q_proj/);
  });

  it('says which file is missing or broken', async () => {
    const empty = path.join(temporary.path, 'empty');
    await mkdir(empty);
    await refused(Promise.resolve(empty), /adapter_config\.json does not exist/);
    const garbled = await copy();
    await writeFile(path.join(garbled, 'adapter_config.json'), '{"peft_type": ');
    await refused(Promise.resolve(garbled), /is not valid JSON/);
    const pickled = await copy();
    await rename(path.join(pickled, 'adapter_model.safetensors'), path.join(pickled, 'adapter_model.bin'));
    await refused(Promise.resolve(pickled), /pickle/);
    await rename(path.join(pickled, 'adapter_model.bin'), path.join(pickled, 'else'));
    await refused(Promise.resolve(pickled), /weights .* do not exist/);
    const cut = await copy();
    await writeFile(path.join(cut, 'adapter_model.safetensors'), 'four');
    await rejectsWith(readAdapter(cut, model), 'safetensors-truncated');
  });

  it('reads Lily whose layers share no A, and refuses one whose layers differ in B', async () => {
    const source = path.join(__dirname, 'data', 'lily');
    const changed = (part: string) =>
      copy(
        {},
        (tensors) =>
          tensors.map((one) =>
            one.name.endsWith(`layers.1.self_attn.q_proj.${part}.weight`)
              ? { ...one, data: one.data.map((x) => x + 1) }
              : one,
          ),
        source,
      );
    const { config, arrays } = await readAdapter(await changed('lily_A'), model);
    assert.equal(config.peft_type === 'LILY' && config.stride_A, 1);
    assert.ok(arrays.has('lily_A.self_attn.v_proj.2'));
    await refused(changed('lily_B'), /lily_B\.self_attn\.q_proj .* differ between layers/);
  });
});
