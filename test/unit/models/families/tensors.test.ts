import assert from 'node:assert/strict';
import { families } from '../../../../src/files/families';
import { readModelFolder } from '../../../../src/files/modelFolder';
import { blockShapes } from '../../../../src/models/block';
import { specs } from '../../../../src/models/families';
import { openModel } from '../../../../src/models/openModel';
import type { BlockSpec } from '../../../../src/models/spec';
import { fixtureFolder, fixtures } from '../../../reference/fixture';
import { describeModel, modelTypes, type Fields } from './configs';

/** Names of the matrices of a block, without `.weight`, in their order. */
const linearNames = (block: BlockSpec): string[] =>
  Object.entries(blockShapes(block, () => false))
    .filter(([, shape]) => shape.length === 2)
    .map(([name]) => name.slice(0, -'.weight'.length));

describe('the two tables of families', () => {
  it('know the same model types', () => {
    assert.deepEqual(Object.keys(specs).sort(), Object.keys(families).sort());
    assert.deepEqual(Object.keys(specs).sort(), [...modelTypes].sort());
  });

  const changes: readonly Fields[] = [
    {},
    { num_key_value_heads: 2, head_dim: 8 },
    {
      use_parallel_residual: false,
      do_layer_norm_before: false,
      word_embed_proj_dim: 10,
      qk_layernorm: true,
    },
  ];
  for (const modelType of modelTypes) {
    it(`name the same linear matrices of a ${modelType}, in the same order`, () => {
      for (const change of changes) {
        for (const block of describeModel(modelType, change).blocks) {
          assert.deepEqual(linearNames(block), Object.keys(families[modelType]!.roles));
        }
      }
    });
  }
});

describe('what a block reads', () => {
  for (const name of fixtures) {
    it(`is every tensor of each layer of ${name}, in the stored shape`, async () => {
      const folder = await readModelFolder(fixtureFolder(name));
      const model = openModel(folder);
      for (let layer = 0; layer < model.layers; layer++) {
        const prefix = `${folder.root}${folder.family.layers}${layer}.`;
        const stored = [...folder.tensors.values()].filter((tensor) => tensor.name.startsWith(prefix));
        const block = model.spec.block(layer);
        const read = blockShapes(block, (inside) => folder.tensors.has(prefix + inside));
        assert.deepEqual(
          Object.fromEntries(stored.map((tensor) => [tensor.name.slice(prefix.length), [...tensor.shape]])),
          Object.fromEntries(Object.entries(read).map(([inside, shape]) => [inside, [...shape]])),
        );
        const mine = folder.modules.filter((module) => module.layer === layer);
        assert.deepEqual(
          mine.map(({ path }) => path),
          linearNames(block).map((inside) => prefix + inside),
        );
        for (const { path, inFeatures, outFeatures } of mine) {
          const [first, second] = read[`${path.slice(prefix.length)}.weight`]!;
          const sizes = folder.family.shape === 'out-in' ? [second, first] : [first, second];
          assert.deepEqual([inFeatures, outFeatures], sizes);
        }
      }
    });
  }
});
