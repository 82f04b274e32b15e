import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readAdapter } from '../../../src/peft/read';
import { saveHydra, saveMola } from '../../../src/peft/writeMoe';
import { readModelFolder, type ModelFolder } from '../../../src/files/modelFolder';
import { readSafetensorsHeader, readTensorFloat32 } from '../../../src/files/safetensors';
import { fixtureFolder } from '../../reference/fixture';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { loraArrays } from './arrays';

const q = (layer: number): string => `model.layers.${layer}.self_attn.q_proj`;
const v = (layer: number): string => `model.layers.${layer}.self_attn.v_proj`;
const row = (experts: number, rank = 2, alpha = 4) => ({ rank, alpha, experts });
const options = { taskType: 'CAUSAL_LM' } as const;

describe('saving a mixture of LoRA experts', () => {
  const temporary = temporaryFolder();
  let model: ModelFolder;
  let count = 0;
  const next = (): string => path.join(temporary.path, `${count++}`);
  before(async () => {
    model = await readModelFolder(fixtureFolder('llama-1'));
  });

  const readBack = async (folder: string) => {
    const file = path.join(folder, 'adapter_model.safetensors');
    const { tensors } = await readSafetensorsHeader(file);
    const read = await Promise.all(
      [...tensors].map(
        async ([name, entry]) => [name, await readTensorFloat32(file, entry), entry.shape] as const,
      ),
    );
    return new Map(
      read.map(([name, values, shape]) => [name.replace('base_model.model.', ''), { shape, values }]),
    );
  };
  const json = async (folder: string, name: string): Promise<Record<string, unknown>> =>
    JSON.parse(await readFile(path.join(folder, name), 'utf8')) as Record<string, unknown>;

  it('in MoLA’s layout has a pair for each expert, cut out of A’s rows and B’s columns', async () => {
    const modules = new Map([
      [q(0), row(3)],
      [v(0), row(3)],
      [q(2), row(1, 4)],
    ]);
    const arrays = loraArrays(model, modules, 'mola');
    const folder = next();
    const notes = await saveMola(folder, model, { modules, arrays, rankStabilized: false, topK: 2 }, options);
    assert.deepEqual(notes, []);
    const tensors = await readBack(folder);
    assert.deepEqual([...tensors.keys()].filter((name) => name.startsWith(q(0))).sort(), [
      ...[0, 1, 2].map((expert) => `${q(0)}.lora_A_${expert}.weight`),
      ...[0, 1, 2].map((expert) => `${q(0)}.lora_B_${expert}.weight`),
      `${q(0)}.router.router.weight`,
    ]);
    const a = arrays.get(`${q(0)}.lora_A`)!.values;
    const b = arrays.get(`${q(0)}.lora_B`)!.values;
    assert.deepEqual(tensors.get(`${q(0)}.lora_A_1.weight`), {
      shape: [2, 48],
      values: a.slice(2 * 48, 4 * 48),
    });
    const { shape, values } = tensors.get(`${q(0)}.lora_B_2.weight`)!;
    assert.deepEqual(shape, [48, 2]);
    for (let out = 0; out < 48; out++) {
      assert.deepEqual([...values.slice(2 * out, 2 * out + 2)], [...b.slice(6 * out + 4, 6 * out + 6)]);
    }
    assert.deepEqual(tensors.get(`${q(0)}.router.router.weight`), arrays.get(`${q(0)}.router`));
    assert.equal(tensors.has(`${q(2)}.router.router.weight`), false);
    assert.deepEqual(tensors.get(`${q(2)}.lora_A_0.weight`), arrays.get(`${q(2)}.lora_A`));
    assert.deepEqual(await json(folder, 'experts.json'), { [q(0)]: 3, [v(0)]: 3, [q(2)]: 1 });
    const config = await json(folder, 'adapter_config.json');
    assert.deepEqual(
      ['r', 'number_experts', 'top_k', 'peft_type'].map((key) => config[key]),
      [[2, 1, 4], [3, 1, 1], [2, 1, 1], 'LORA'],
    );
    await rejectsWith(readAdapter(folder, model), 'adapter-invalid', /MoLA's experts/);
  });

  it('says what MoLA could not load', async () => {
    const modules = new Map([
      [q(0), row(3)],
      [v(0), row(2, 4, 8)],
    ]);
    const arrays = loraArrays(model, modules, 'mola');
    const moe = { modules, arrays, rankStabilized: true, topK: 2 };
    const notes = await saveMola(next(), { ...model, modelType: 'qwen2' }, moe, options);
    const words = [
      /LLaMA only/,
      /experts for all modules of a layer/,
      /rank for all modules/,
      /alpha/,
      /√rank/,
    ];
    assert.equal(notes.length, words.length);
    for (const [at, word] of words.entries()) assert.match(notes[at]!, word);
  });

  it('in HydraLoRA’s layout has one A, and a B for each expert', async () => {
    const modules = new Map([
      [q(0), row(3)],
      [q(1), row(1)],
    ]);
    const arrays = loraArrays(model, modules, 'hydra');
    const folder = next();
    const notes = await saveHydra(folder, model, { modules, arrays, rankStabilized: false }, options);
    assert.equal(notes.length, 1);
    assert.match(notes[0]!, /one number of experts.*3, 1/);
    const tensors = await readBack(folder);
    assert.deepEqual([...tensors.keys()].sort(), [
      ...['lora_A', 'lora_B0', 'lora_B1', 'lora_B2', 'lora_route'].map((name) => `${q(0)}.${name}.weight`),
      ...['lora_A', 'lora_B'].map((name) => `${q(1)}.${name}.weight`),
    ]);
    assert.deepEqual(tensors.get(`${q(0)}.lora_A.weight`), arrays.get(`${q(0)}.lora_A`));
    assert.deepEqual(tensors.get(`${q(0)}.lora_route.weight`), arrays.get(`${q(0)}.router`));
    assert.equal(tensors.get(`${q(0)}.lora_B1.weight`)!.values[0], arrays.get(`${q(0)}.lora_B`)!.values[2]);
    assert.equal((await json(folder, 'adapter_config.json'))['lora_nums'], 3);
    await rejectsWith(readAdapter(folder, model), 'adapter-invalid', /HydraLoRA's experts \(lora_nums: 3\)/);
  });
});
