import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readAdapter } from '../../../src/peft/read';
import { saveAdaLora, saveLora, type SaveOptions } from '../../../src/peft/write';
import { saveLily } from '../../../src/peft/writeLily';
import { readModelFolder, type ModelFolder } from '../../../src/files/modelFolder';
import { readSafetensorsHeader } from '../../../src/files/safetensors';
import { fixtureFolder } from '../../reference/fixture';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { adaLoraArrays, lilyArrays, loraArrays, someArray } from './arrays';

const q = (layer: number): string => `model.layers.${layer}.self_attn.q_proj`;
const down = (layer: number): string => `model.layers.${layer}.mlp.down_proj`;
const options: SaveOptions = { taskType: 'CAUSAL_LM' };
const schedule = {
  targetRank: 2,
  tinit: 1,
  tfinal: 2,
  deltaT: 1,
  beta1: 0.85,
  beta2: 0.85,
  orthRegWeight: 0.5,
  totalStep: 10,
};

describe('saving an adapter in PEFT’s layout', () => {
  const temporary = temporaryFolder();
  let llama: ModelFolder;
  let gpt2: ModelFolder;
  let bert: ModelFolder;
  let count = 0;
  const next = (): string => path.join(temporary.path, 'adapters', `${count++}`);
  before(async () => {
    llama = await readModelFolder(fixtureFolder('llama-1'));
    gpt2 = await readModelFolder(fixtureFolder('gpt2-1'));
    bert = await readModelFolder(fixtureFolder('bert-1'));
  });

  const configOf = async (folder: string): Promise<Record<string, unknown>> =>
    JSON.parse(await readFile(path.join(folder, 'adapter_config.json'), 'utf8')) as Record<string, unknown>;
  const layoutOf = async (folder: string): Promise<Record<string, string>> => {
    const { tensors } = await readSafetensorsHeader(path.join(folder, 'adapter_model.safetensors'));
    return Object.fromEntries(
      [...tensors].map(([name, { dtype, shape }]) => [name, `${dtype} ${shape.join('x')}`]),
    );
  };
  const lora = (
    model: ModelFolder,
    rows: Record<string, [rank: number, alpha: number]>,
    rankStabilized = false,
  ) => {
    const modules = new Map(Object.entries(rows).map(([one, [rank, alpha]]) => [one, { rank, alpha }]));
    return { modules, arrays: loraArrays(model, modules), rankStabilized };
  };

  it('stores LoRA’s A and B as float32 under PEFT’s names, with the format in the header', async () => {
    const folder = next();
    await saveLora(folder, llama, lora(llama, { [q(0)]: [2, 4], [down(2)]: [2, 4] }), options);
    assert.deepEqual(await layoutOf(folder), {
      [`base_model.model.${q(0)}.lora_A.weight`]: 'F32 2x48',
      [`base_model.model.${q(0)}.lora_B.weight`]: 'F32 48x2',
      [`base_model.model.${down(2)}.lora_A.weight`]: 'F32 2x88',
      [`base_model.model.${down(2)}.lora_B.weight`]: 'F32 48x2',
    });
    const { metadata } = await readSafetensorsHeader(path.join(folder, 'adapter_model.safetensors'));
    assert.deepEqual(metadata, { format: 'pt' });
    assert.deepEqual((await readdir(folder)).sort(), ['adapter_config.json', 'adapter_model.safetensors']);
    assert.deepEqual(await readdir(path.dirname(folder)), [path.basename(folder)]);
  });

  it('writes the configuration with sorted keys, two spaces, and one way to read every name', async () => {
    const folder = next();
    const rows = { [q(0)]: [2, 4], [q(1)]: [4, 8], [down(1)]: [0, 8] } as const;
    await saveLora(folder, llama, lora(llama, { ...rows } as never), {
      ...options,
      baseModel: 'tiny',
      dropout: 0.1,
    });
    const text = await readFile(path.join(folder, 'adapter_config.json'), 'utf8');
    const config = JSON.parse(text) as Record<string, unknown>;
    assert.deepEqual(Object.keys(config), Object.keys(config).sort());
    assert.match(text, /^\{\n {2}"alpha_pattern": \{\n {4}"\^model\\\\\.layers/);
    assert.deepEqual(config, {
      alpha_pattern: { [`^${q(0).replaceAll('.', '\\.')}`]: 4, [`^${q(1).replaceAll('.', '\\.')}`]: 8 },
      auto_mapping: null,
      base_model_name_or_path: 'tiny',
      bias: 'none',
      fan_in_fan_out: false,
      inference_mode: true,
      init_lora_weights: true,
      layers_pattern: null,
      layers_to_transform: null,
      lora_alpha: 8,
      lora_dropout: 0.1,
      modules_to_save: null,
      peft_type: 'LORA',
      r: 4,
      rank_pattern: { [`^${q(0).replaceAll('.', '\\.')}`]: 2, [`^${q(1).replaceAll('.', '\\.')}`]: 4 },
      revision: null,
      target_modules: [q(0), q(1)],
      task_type: 'CAUSAL_LM',
      use_dora: false,
      use_rslora: false,
    });
  });

  it('gives LoRA back as it was, with every module’s scale', async () => {
    const folder = next();
    for (const [stabilized, scales] of [
      [false, [2, 1, 3]],
      [true, [2 * Math.SQRT2, 2, 3 * Math.sqrt(3)]],
    ] as const) {
      const saved = lora(llama, { [q(0)]: [2, 4], [q(1)]: [4, 4], [down(2)]: [3, 9] }, stabilized);
      await saveLora(folder, llama, saved, options);
      const read = await readAdapter(folder, llama);
      assert.equal(read.kind, 'lora');
      assert.deepEqual(read.arrays, saved.arrays);
      assert.deepEqual([...read.modules.keys()], [q(0), q(1), down(2)]);
      for (const [at, { scaling }] of [...read.modules.values()].entries()) {
        assert.ok(Math.abs(scaling - scales[at]!) < 1e-12);
      }
    }
  });

  it('says that GPT-2 stores in × out, and names it as the class with a head does, whatever the file’s root', async () => {
    const bare: ModelFolder = {
      ...gpt2,
      root: '',
      modules: gpt2.modules.map((one) => ({ ...one, path: one.path.replace('transformer.', '') })),
    };
    const folder = next();
    const saved = lora(bare, { 'h.1.attn.c_attn': [2, 2] });
    await saveLora(folder, bare, saved, { taskType: null });
    const config = await configOf(folder);
    assert.equal(config['fan_in_fan_out'], true);
    assert.deepEqual(config['target_modules'], ['transformer.h.1.attn.c_attn']);
    for (const model of [bare, gpt2]) assert.equal((await readAdapter(folder, model)).modules.size, 1);
    assert.deepEqual((await readAdapter(folder, bare)).arrays, saved.arrays);
  });

  it('stores AdaLoRA without .weight and keeps what was pruned, so that its scale stays', async () => {
    const folder = next();
    const modules = new Map([q(0), q(2)].map((one) => [one, { rank: 4, alpha: 6 }]));
    const arrays = adaLoraArrays(llama, modules);
    await saveAdaLora(folder, llama, { modules, arrays, schedule }, options);
    const layout = await layoutOf(folder);
    assert.equal(layout[`base_model.model.${q(0)}.lora_A`], 'F32 4x48');
    assert.equal(layout[`base_model.model.${q(0)}.lora_E`], 'F32 4x1');
    assert.equal(layout[`base_model.model.${q(0)}.lora_B`], 'F32 48x4');
    assert.equal(Object.keys(layout).length, 6);
    const config = await configOf(folder);
    assert.deepEqual(
      ['init_r', 'target_r', 'total_step', 'rank_pattern'].map((key) => config[key]),
      [4, 2, 10, null],
    );
    const read = await readAdapter(folder, llama);
    assert.equal(read.kind, 'adalora');
    assert.deepEqual(read.arrays, arrays);
    assert.deepEqual(read.modules.get(q(2)), { rank: 4, alpha: 6, scaling: 6 / (4 + 1e-5) });
  });

  it('refuses what PEFT’s AdaLoRA cannot say', async () => {
    const modules = new Map([
      [q(0), { rank: 4, alpha: 6 }],
      [q(1), { rank: 2, alpha: 6 }],
    ]);
    const arrays = adaLoraArrays(llama, modules);
    await rejectsWith(
      saveAdaLora(next(), llama, { modules, arrays, schedule }, options),
      'adapter-invalid',
      /one rank/,
    );
    modules.delete(q(1));
    const late = { ...schedule, tinit: 8 };
    await rejectsWith(
      saveAdaLora(next(), llama, { modules, arrays, schedule: late }, options),
      'adapter-invalid',
      /tinit 8/,
    );
  });

  it('stores Lily’s shared tensors for every layer, and reads each once', async () => {
    const folder = next();
    const modules = new Set([0, 1, 2].flatMap((layer) => [q(layer), down(layer)]));
    const lily = { modules, rank: 3, strideA: 2, numB: 4, scaling: 0.5 };
    const arrays = lilyArrays(llama, modules, lily);
    await saveLily(folder, llama, { ...lily, arrays }, options);
    const layout = await layoutOf(folder);
    assert.equal(Object.keys(layout).length, 3 * modules.size);
    assert.equal(layout[`base_model.model.${down(1)}.lily_A.weight`], 'F32 3x88');
    assert.equal(layout[`base_model.model.${down(1)}.lily_B.weight`], 'F32 12x48');
    assert.equal(layout[`base_model.model.${down(1)}.lily_router.weight`], 'F32 4x3');
    const config = await configOf(folder);
    assert.deepEqual(config['target_modules'], ['self_attn.q_proj', 'mlp.down_proj']);
    assert.deepEqual(
      ['stride_A', 'num_B', 'scaling', 'r', 'peft_type'].map((key) => config[key]),
      [2, 4, 0.5, 3, 'LILY'],
    );
    const read = await readAdapter(folder, llama);
    assert.deepEqual(new Map([...read.arrays].sort()), new Map([...arrays].sort()));
  });

  it('names Lily’s modules in full where PEFT would share otherwise than we did', async () => {
    const folder = next();
    // PEFT would put layers 1 and 2 into one group, as the first two that it counts.
    const modules = new Set([q(1), q(2)]);
    const lily = { modules, rank: 3, strideA: 2, numB: 2, scaling: 1 };
    const arrays = lilyArrays(llama, modules, lily);
    await saveLily(folder, llama, { ...lily, arrays }, options);
    assert.deepEqual((await configOf(folder))['target_modules'], [q(1), q(2)]);
    assert.deepEqual(
      new Map([...(await readAdapter(folder, llama)).arrays].sort()),
      new Map([...arrays].sort()),
    );
  });

  it('stores Lily’s only B twice, half of each', async () => {
    const folder = next();
    const modules = new Set([q(0), q(1), q(2)]);
    const lily = { modules, rank: 3, strideA: 1, numB: 1, scaling: 1 };
    const arrays = lilyArrays(llama, modules, lily);
    await saveLily(folder, llama, { ...lily, arrays }, options);
    const read = await readAdapter(folder, llama);
    const b = arrays.get('lily_B.self_attn.q_proj')!.values;
    assert.deepEqual([...read.arrays.get('lily_B.self_attn.q_proj')!.values], [...b, ...b]);
    assert.deepEqual([...read.arrays.get(`${q(1)}.lily_router`)!.values], [0, 0, 0, 0, 0, 0]);
  });

  it('refuses Lily on GPT-2, which PEFT cannot load', async () => {
    const lily = { modules: new Set<string>(), rank: 1, strideA: 1, numB: 2, scaling: 1, arrays: new Map() };
    await rejectsWith(saveLily(next(), gpt2, lily, options), 'adapter-invalid', /Conv1D/);
  });

  it('brings the classifier along, trained or the model’s own', async () => {
    const query = 'bert.encoder.layer.0.attention.self.query';
    const saved = lora(bert, { [query]: [2, 4] });
    const [classes = 0, width = 0] = bert.tensors.get('classifier.weight')!.shape;
    const weight = someArray('weight', classes, width);
    const folder = next();
    const modulesToSave = new Map([['classifier', { weight }]]);
    await saveLora(folder, bert, saved, { taskType: 'SEQ_CLS', modulesToSave });
    const read = await readAdapter(folder, bert);
    assert.deepEqual([...read.modulesToSave.keys()].sort(), ['classifier.bias', 'classifier.weight']);
    assert.deepEqual(read.modulesToSave.get('classifier.weight'), weight);
    assert.ok((await layoutOf(folder))['base_model.model.classifier.bias']);
    assert.deepEqual((await configOf(folder))['modules_to_save'], ['classifier']);
    const untrained = next();
    await saveLora(untrained, bert, saved, { taskType: 'SEQ_CLS' });
    assert.equal((await readAdapter(untrained, bert)).modulesToSave.size, 2);
    const headless = { ...bert, tensors: new Map() };
    await rejectsWith(
      saveLora(next(), headless, saved, { taskType: 'SEQ_CLS' }),
      'adapter-invalid',
      /classifier/,
    );
  });

  it('is whole or not there: a failure leaves the adapter before it, and foreign files are never replaced', async () => {
    const folder = next();
    const saved = lora(llama, { [q(0)]: [2, 4] });
    await saveLora(folder, llama, saved, options);
    const broken = { ...saved, arrays: new Map([...saved.arrays].slice(0, 1)) };
    await rejectsWith(saveLora(folder, llama, broken, options), 'adapter-invalid', /lora_B is missing/);
    assert.deepEqual((await readAdapter(folder, llama)).arrays, saved.arrays);
    const unfit = { shape: [3, 48], values: new Float32Array(0) };
    const tensors = new Map([...saved.arrays, [`${q(0)}.lora_A`, unfit]]);
    await rejectsWith(
      saveLora(folder, llama, { ...saved, arrays: tensors }, options),
      'adapter-invalid',
      /\[3, 48\]/,
    );
    const cut = { shape: [2, 48], values: new Float32Array(5) };
    const short = new Map([...saved.arrays, [`${q(0)}.lora_A`, cut]]);
    await rejectsWith(saveLora(folder, llama, { ...saved, arrays: short }, options), 'model-tensor-shape');
    assert.deepEqual((await readAdapter(folder, llama)).arrays, saved.arrays);
    const none = lora(llama, { [q(0)]: [0, 4] });
    await rejectsWith(saveLora(folder, llama, none, options), 'adapter-invalid', /no module has a rank/);

    const foreign = next();
    await mkdir(foreign);
    await writeFile(path.join(foreign, 'notes.txt'), 'mine');
    await rejectsWith(saveLora(foreign, llama, saved, options), 'adapter-invalid', /notes\.txt/);
    assert.deepEqual(await readdir(foreign), ['notes.txt']);
    assert.ok((await readdir(path.dirname(folder))).every((name) => !name.startsWith('.')));
  });
});
