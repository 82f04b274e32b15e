import assert from 'node:assert/strict';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readBaseModel, type Matrix } from '../../../src/files/baseModel';
import { readModelFolder } from '../../../src/files/modelFolder';
import {
  bertConfig,
  bertShapes,
  gpt2Config,
  gpt2Shapes,
  layers,
  llamaConfig,
  llamaShapes,
  writeModel,
} from './madeModel';
import { temporaryFolder } from './temporary';
import { rejectsWith } from './throwsCode';
import { writeTinyLlama } from './tinyLlama';

const shown = ({ path, kind, inFeatures, outFeatures, layer }: Matrix): string =>
  `${path} ${kind} ${inFeatures}→${outFeatures} ${layer ?? '-'}`;

describe('a base model', () => {
  const root = temporaryFolder();
  const folder = (name: string): string => join(root.path, name);

  it('of a known family has its modules, and the embeddings beside them', async () => {
    await writeTinyLlama(folder('tiny'));
    const base = await readBaseModel(folder('tiny'));
    const model = await readModelFolder(folder('tiny'));
    assert.deepEqual(
      new Set(base.matrices.filter(({ kind }) => kind === 'linear').map(({ path }) => path)),
      new Set(model.modules.map(({ path }) => path)),
    );
    for (const { path, inFeatures, outFeatures, layer } of model.modules) {
      const found = base.matrices.find((one) => one.path === path);
      assert.deepEqual(
        [found?.inFeatures, found?.outFeatures, found?.layer],
        [inFeatures, outFeatures, layer],
      );
    }
    assert.equal(base.parameters, model.parameters);
    assert.equal(base.layers, 2);
    // Nothing says that it is not tied, so its class has an output matrix.
    assert.equal(shown(base.matrices[0]!), 'model.embed_tokens embedding 16→8 -');
    assert.equal(shown(base.matrices.at(-1)!), 'lm_head head 8→16 -');
    assert.equal(base.matrices.at(-1)?.checkpointPath, 'model.embed_tokens');
  });

  it('that keeps its output matrix has it once, and none where nothing is tied', async () => {
    const own = await readBaseModel(await writeModel(folder('llama'), llamaConfig, llamaShapes));
    assert.deepEqual(own.matrices.filter(({ kind }) => kind === 'head').map(shown), ['lm_head head 8→16 -']);
    const without = Object.fromEntries(
      Object.entries(llamaShapes).filter(([name]) => name !== 'lm_head.weight'),
    );
    const untied = await readBaseModel(await writeModel(folder('untied'), llamaConfig, without));
    assert.deepEqual(
      untied.matrices.filter(({ kind }) => kind === 'head'),
      [],
    );
  });

  it('of GPT-2 has the paths of its class, and shapes the right way round', async () => {
    const base = await readBaseModel(await writeModel(folder('gpt2'), gpt2Config, gpt2Shapes));
    assert.deepEqual(base.matrices.map(shown), [
      'transformer.wpe embedding 10→8 -',
      'transformer.wte embedding 16→8 -',
      'transformer.h.0.attn.c_attn linear 8→24 0',
      'transformer.h.0.attn.c_proj linear 8→8 0',
      'transformer.h.0.mlp.c_fc linear 8→32 0',
      'transformer.h.0.mlp.c_proj linear 32→8 0',
      'transformer.h.1.attn.c_attn linear 8→24 1',
      'transformer.h.1.attn.c_proj linear 8→8 1',
      'transformer.h.1.mlp.c_fc linear 8→32 1',
      'transformer.h.1.mlp.c_proj linear 32→8 1',
      'lm_head head 8→16 -',
    ]);
    assert.equal(base.matrices[2]?.checkpointPath, 'h.0.attn.c_attn');
    assert.ok(base.matrices[2]?.isConv1d);
    assert.ok(!base.matrices.at(-1)?.isConv1d);
    assert.equal(base.sizes.get('transformer.h.0.attn.c_attn.bias'), 24);
  });

  it('of BERT has the output matrix of its head', async () => {
    const base = await readBaseModel(await writeModel(folder('bert'), bertConfig, bertShapes));
    assert.deepEqual(base.matrices.filter(({ layer }) => layer === undefined).map(shown), [
      'bert.embeddings.position_embeddings embedding 10→8 -',
      'bert.embeddings.word_embeddings embedding 16→8 -',
      'bert.pooler.dense linear 8→8 -',
      'cls.predictions.transform.dense linear 8→8 -',
      'cls.predictions.decoder head 8→16 -',
    ]);
    assert.equal(base.layers, 2);
    const bare = Object.fromEntries(
      Object.entries(bertShapes)
        .filter(([name]) => name.startsWith('bert.'))
        .map(([name, shape]) => [name.replace('bert.', ''), shape]),
    );
    const config = { ...bertConfig, architectures: ['BertModel'] };
    const encoder = await readBaseModel(await writeModel(folder('bare'), config, bare));
    const path = 'bert.encoder.layer.0.output.dense';
    assert.equal(encoder.matrices.find((one) => one.path === path)?.checkpointPath, path.slice(5));
  });

  it('of an unknown architecture has what its headers hold; experts in one tensor are counted apart', async () => {
    const shapes = layers(3, {
      'backbone.blocks.#.mixer.in_proj.weight': [20, 8],
      'backbone.blocks.#.mixer.conv1d.weight': [20, 1, 4],
      'backbone.blocks.#.moe.experts.gate_up_proj': [4, 8, 24],
      'backbone.blocks.#.moe.experts.gate_up_proj_bias': [4, 24],
      'backbone.blocks.#.moe.router.weight': [4, 8],
      'backbone.blocks.#.experts.1.w1.weight': [6, 8],
    });
    const config = { architectures: ['FancyForCausalLM'], model_type: 'fancy' };
    const base = await readBaseModel(await writeModel(folder('fancy'), config, shapes));
    assert.equal(base.layers, 3);
    assert.deepEqual(base.matrices.slice(0, 3).map(shown), [
      'backbone.blocks.0.experts.1.w1 linear 8→6 0',
      'backbone.blocks.0.mixer.in_proj linear 8→20 0',
      'backbone.blocks.0.moe.router linear 8→4 0',
    ]);
    assert.deepEqual(base.fused[0], {
      path: 'backbone.blocks.0.moe.experts.gate_up_proj',
      experts: 4,
      inFeatures: 8,
      outFeatures: 24,
    });
    assert.equal(base.fused.length, 3);
  });

  it('that also sees has the names of today’s class', async () => {
    const old = {
      'language_model.model.layers.0.self_attn.q_proj.weight': [8, 8],
      'language_model.lm_head.weight': [16, 8],
      'vision_tower.encoder.layers.30.fc1.weight': [8, 8],
    };
    const config = { model_type: 'llava', text_config: { num_hidden_layers: 1 } };
    const base = await readBaseModel(await writeModel(folder('llava'), config, old));
    assert.deepEqual(base.matrices.map(shown), [
      'model.language_model.layers.0.self_attn.q_proj linear 8→8 0',
      'model.vision_tower.encoder.layers.30.fc1 linear 8→8 30',
      'lm_head head 8→16 -',
    ]);
  });

  it('of quantized weights has the shapes that they had; layers that are not loaded are left out', async () => {
    const config = { ...llamaConfig, num_hidden_layers: 1, quantization_config: { quant_method: 'fp8' } };
    const packed = [0, 1].map((layer) => ({
      name: `model.layers.${layer}.mlp.up_proj.weight`,
      dtype: 'F8_E4M3' as const,
      shape: [12, 8],
    }));
    const base = await readBaseModel(
      await writeModel(folder('fp8'), config, { 'model.layers.0.mlp.up_proj.weight_scale': [12, 1] }, packed),
    );
    assert.deepEqual(base.matrices.map(shown), ['model.layers.0.mlp.up_proj linear 8→12 0']);
    assert.equal(base.quantization?.method, 'FP8');
  });

  it('is refused as every model folder is', async () => {
    await rejectsWith(readBaseModel(folder('nowhere')), 'model-missing', /nowhere/);
    const gguf = await writeModel(folder('gguf'), llamaConfig, {});
    await rename(join(gguf, 'model.safetensors'), join(gguf, 'model-Q4_K_M.gguf'));
    await rejectsWith(readBaseModel(gguf), 'model-weights-missing', /GGUF/);
    await writeFile(join(gguf, 'config.json'), '[]');
    await rejectsWith(readBaseModel(gguf), 'model-config-invalid');
  });
});
