import assert from 'node:assert/strict';
import path from 'node:path';
import fc from 'fast-check';
import { readTrainerConfigs } from '../../../../src/configs/trainers/read';
import { resolve, type ResolvedAdapter } from '../../../../src/configs/trainers/resolve';
import { readBaseModel, type BaseModel } from '../../../../src/files/baseModel';
import { planParameters } from '../../../../src/planning/parameters';
import type { Plan } from '../../../../src/shared/words';
import {
  bertConfig,
  bertShapes,
  gpt2Config,
  gpt2Shapes,
  layers,
  llamaConfig,
  llamaShapes,
  writeModel,
} from '../../files/madeModel';
import { temporaryFolder } from '../../files/temporary';

const on = (base: BaseModel, fields: Readonly<Record<string, unknown>>): ResolvedAdapter => {
  const text = JSON.stringify({ peft_type: 'LORA', r: 2, lora_alpha: 4, ...fields });
  const { configs } = readTrainerConfigs(text, 'json');
  return resolve(configs[0]!, base);
};

describe('what a file comes to on its base model', () => {
  const root = temporaryFolder();
  let llama: BaseModel;
  let gpt2: BaseModel;
  let bert: BaseModel;
  before(async () => {
    llama = await readBaseModel(await writeModel(path.join(root.path, 'llama'), llamaConfig, llamaShapes));
    gpt2 = await readBaseModel(await writeModel(path.join(root.path, 'gpt2'), gpt2Config, gpt2Shapes));
    bert = await readBaseModel(await writeModel(path.join(root.path, 'bert'), bertConfig, bertShapes));
  });
  const paths = ({ modules }: ResolvedAdapter): string[] => modules.map((module) => module.path);

  it('has PEFT’s own targets where it names none, and none where the list is empty', () => {
    assert.equal(on(llama, { target_modules: null }).parameters, 4 * 2 * (8 + 8 + 8 + 4));
    assert.deepEqual(paths(on(gpt2, {})), ['transformer.h.0.attn.c_attn', 'transformer.h.1.attn.c_attn']);
    assert.equal(on(bert, {}).modules.length, 4);
    assert.deepEqual(paths(on(llama, { target_modules: [] })), []);
    const odd = on({ ...llama, modelType: 'fancy' }, {});
    assert.deepEqual(paths(odd), []);
    assert.match(odd.notCounted.join(), /"fancy"/);
  });

  it('adapts all linear modules but the head', () => {
    assert.equal(on(llama, { target_modules: 'all-linear' }).modules.length, 28);
    assert.equal(on(gpt2, { target_modules: 'all-linear' }).modules.length, 8);
    const masked = on(bert, { target_modules: 'all-linear' });
    assert.ok(paths(masked).includes('cls.predictions.transform.dense'));
    assert.ok(!paths(masked).includes('cls.predictions.decoder'));
    // A classifier's class has no head over the vocabulary.
    const classes = on(bert, { target_modules: ['dense'], task_type: 'SEQ_CLS' });
    assert.ok(!paths(classes).includes('cls.predictions.transform.dense'));
    assert.ok(paths(classes).includes('bert.pooler.dense'));
    assert.deepEqual(classes.notCounted, ["The classifier is not in the model's files and not counted."]);
  });

  it('knows the class’s paths of GPT-2, so that PEFT’s layers are found', () => {
    const first = on(gpt2, { target_modules: ['c_proj'], layers_to_transform: [1] });
    assert.deepEqual(paths(first), ['transformer.h.1.attn.c_proj', 'transformer.h.1.mlp.c_proj']);
    assert.equal(first.parameters, 2 * (8 + 8) + 2 * (32 + 8));
    assert.equal(on(gpt2, { target_modules: ['wte'] }).parameters, 2 * (16 + 8));
  });

  it('counts DoRA’s magnitudes and AdaLoRA’s diagonal', () => {
    const target_modules = ['k_proj'];
    assert.equal(on(llama, { target_modules, use_dora: true }).parameters, 4 * (2 * 12 + 4));
    const ada = { peft_type: 'ADALORA', init_r: 3, target_modules };
    assert.equal(on(llama, ada).parameters, 4 * (3 * 12 + 3));
  });

  it('counts modules that are trained whole apart, weights, biases and tied copies', () => {
    const saved = on(llama, { target_modules: ['q_proj'], modules_to_save: ['lm_head', 'norm', 'gone'] });
    // PEFT asks for no dot before a name, so norm is the norms of the layers too.
    assert.equal(saved.savedParameters, 16 * 8 + 8 + 4 * 8);
    assert.equal(saved.parameters, 4 * 2 * 16);
    assert.match(saved.notCounted.join(), /^gone /);
    assert.equal(on(gpt2, { modules_to_save: ['lm_head'] }).savedParameters, 16 * 8);
    assert.equal(on(gpt2, { modules_to_save: ['attn'], target_modules: ['c_proj'] }).modules.length, 2);
    assert.equal(on(gpt2, { modules_to_save: ['c_attn'] }).savedParameters, 2 * (8 * 24 + 24));
  });

  it('gives each copy of a replicated layer its own adapter', () => {
    const twice = on(llama, {
      target_modules: ['q_proj'],
      layer_replication: [
        [0, 3],
        [1, 4],
      ],
      rank_pattern: { 'layers.5.self_attn.q_proj': 7 },
    });
    assert.deepEqual(
      twice.modules
        .map(({ path: one, layer, rank, checkpointPath }) => [one, layer, rank, checkpointPath])
        .at(-1),
      ['model.layers.5.self_attn.q_proj', 5, 7, 'model.layers.3.self_attn.q_proj'],
    );
    assert.equal(twice.modules.length, 6);
    assert.equal(twice.matrices.filter(({ kind }) => kind === 'linear').length, 6 * 7);
    assert.match(on(llama, { layer_replication: [[0]] }).notCounted.join(), /layer_replication/);
  });

  it('counts experts in one tensor where target_parameters names them', async () => {
    const shapes = layers(2, { 'model.layers.#.mlp.experts.gate_up_proj': [4, 8, 24] });
    const folder = await writeModel(path.join(root.path, 'experts'), llamaConfig, shapes);
    const base = await readBaseModel(folder);
    const named = on(base, {
      target_modules: [],
      target_parameters: ['mlp.experts.gate_up_proj'],
      rank_pattern: { 'layers.1.mlp.experts.gate_up_proj': 1 },
    });
    assert.equal(named.parameters, (2 + 1) * 4 * (8 + 24));
    assert.equal(named.modules.length, 0);
  });

  it('takes the first row that fits, and of a key that stands twice the last value', () => {
    const text = `{"peft_type":"LORA","target_modules":["q_proj"],"rank_pattern":
      {"q_proj":4,"model.layers.0.self_attn.q_proj":16,"q_proj":5}}`;
    const { configs } = readTrainerConfigs(text, 'json');
    assert.deepEqual(
      resolve(configs[0]!, llama).modules.map(({ rank }) => rank),
      [5, 5, 5, 5],
    );
  });

  it('shares Lily’s tensors by target and shape, as our own adapters are counted', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 2, max: 4 }),
        fc.integer({ min: 1, max: 6 }),
        (strideA, numB, rank) => {
          const fields = {
            peft_type: 'LILY',
            r: rank,
            stride_A: strideA,
            num_B: numB,
            target_modules: ['q_proj', 'down_proj'],
          };
          const { parameters, sharing, modules } = on(llama, fields);
          const plan: Plan = {
            modules: Object.fromEntries(
              modules.map((one) => [one.path, { rank, alpha: rank, experts: numB }]),
            ),
            shared: sharing.flatMap(({ members, a, b }) => {
              const names = members.map((one) => one.path);
              const groups = Array.from({ length: a }, (_, at) =>
                names.slice(at * strideA, (at + 1) * strideA),
              );
              return [
                ...groups.map((group) => ({ tensor: 'A' as const, members: group, count: 1 })),
                { tensor: 'B' as const, members: names, count: b },
              ];
            }),
          };
          const all = modules.map((one) => ({ ...one, layer: one.layer ?? 0, role: 'q' as const }));
          assert.equal(parameters, planParameters(plan, all, 'lora'));
          assert.equal(sharing.length, 2);
        },
      ),
      { seed: 1, numRuns: 50 },
    );
  });

  it('shares nothing of Lily between full paths, and all of one shape by one expression', () => {
    const lily = { peft_type: 'LILY', r: 2, stride_A: 4, num_B: 2 };
    const full = ['model.layers.0.self_attn.q_proj', 'model.layers.1.self_attn.q_proj'];
    assert.equal(on(llama, { ...lily, target_modules: full }).parameters, 2 * (2 * 8 + 2 * 2 * 8 + 2 * 2));
    const { sharing } = on(llama, { ...lily, target_modules: '.*(q_proj|o_proj)' });
    assert.deepEqual(
      sharing.map(({ members, a, b }) => [members.length, a, b]),
      [[8, 2, 2]],
    );
    assert.equal(on(llama, { ...lily, target_modules: 'all-linear' }).sharing.length, 28);
  });
});
