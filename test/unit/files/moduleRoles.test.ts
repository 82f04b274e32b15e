import assert from 'node:assert/strict';
import path from 'node:path';
import { readBaseModel, type BaseModel, type Matrix } from '../../../src/files/baseModel';
import { readModelFolder } from '../../../src/files/modelFolder';
import { moduleRoles } from '../../../src/files/moduleRoles';

const models = path.resolve(__dirname, '../../reference/data');

const baseOf = (paths: readonly string[], modelType = 'strange'): BaseModel => ({
  ...{ folder: '', architecture: '', modelType, layers: 2, parameters: 0, fused: [], sizes: new Map() },
  quantization: undefined,
  matrices: paths.map((checkpointPath): Matrix => ({
    ...{ path: checkpointPath, checkpointPath, kind: 'linear', inFeatures: 4, outFeatures: 2 },
    ...{ layer: undefined, isConv1d: false },
  })),
});

describe('the modules of a base model', () => {
  for (const name of [
    'llama-1',
    'gpt2-1',
    'bert-1',
    'opt-1',
    'vit-1',
    'gpt_neox-1',
    'distilbert-1',
    'phi3-1',
  ]) {
    it(`are those of the family's table: ${name}`, async () => {
      const folder = path.join(models, name);
      const found = [...moduleRoles(await readBaseModel(folder)).values()];
      const { modules } = await readModelFolder(folder);
      const byPath = (list: typeof modules) => [...list].sort((a, b) => (a.path < b.path ? -1 : 1));
      const known = new Set(modules.map(({ path: module }) => module));
      assert.deepEqual(byPath(found.filter(({ path: module }) => known.has(module))), byPath(modules));
    });
  }

  it('of a family that is not known have the role that their name says', () => {
    const base = baseOf([
      'model.layers.0.mixer.q_proj',
      'model.layers.0.attention.dense',
      'model.layers.1.mlp.experts.3.w2',
      'model.layers.1.mlp.c_proj',
      'decoder.block.1.layer.0.SelfAttention.wo',
      'model.layers.1.strange',
      'lm_head',
    ]);
    const found = [...moduleRoles(base).values()].map(({ path: module, layer, role }) => [
      module,
      layer,
      role,
    ]);
    assert.deepEqual(found, [
      ['model.layers.0.mixer.q_proj', 0, 'q'],
      ['model.layers.0.attention.dense', 0, 'o'],
      ['model.layers.1.mlp.experts.3.w2', 1, 'down'],
      ['model.layers.1.mlp.c_proj', 1, 'down'],
      // The first number of T5's names is the block's.
      ['decoder.block.1.layer.0.SelfAttention.wo', 1, 'o'],
    ]);
  });
});
