import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { readModelFolder } from '../../../src/files/modelFolder';
import { readAdapter } from '../../../src/peft/read';
import { factorsOf, mergeLora } from '../../../src/peft/merge';
import { writeSeedAdapter } from '../../../src/peft/seedAdapter';
import { kaimingUniformValues } from '../../../src/shared/random';
import { planOf } from '../configs/writeBack/plans';
import { temporaryFolder } from '../files/temporary';

const sample = path.resolve(__dirname, '../../../media/sample/model');
const q = (layer: number): string => `model.layers.${layer}.self_attn.q_proj`;

describe('an adapter to begin with', () => {
  const folder = temporaryFolder();
  const options = { seed: 1, taskType: 'CAUSAL_LM', baseModel: '../model' } as const;

  it('reads back as the plan, and changes no weight', async () => {
    const model = await readModelFolder(sample);
    const plan = planOf([
      [q(0), { rank: 4 }],
      [q(3), { rank: 16, experts: 2 }],
      ['model.layers.3.mlp.down_proj', { rank: 8 }],
      [q(5), { rank: 8, experts: 0 }],
    ]);
    const into = path.join(folder.path, 'seed');
    await writeSeedAdapter(into, model, plan, options);
    assert.deepEqual((await readdir(into)).sort(), ['adapter_config.json', 'adapter_model.safetensors']);
    const adapter = await readAdapter(into, model);
    assert.deepEqual(
      [...adapter.modules].map(([name, { rank, alpha }]) => [name, rank, alpha]),
      [
        [q(0), 4, 8],
        [q(3), 16, 32],
        ['model.layers.3.mlp.down_proj', 8, 16],
      ],
    );
    const a = adapter.arrays.get(`${q(0)}.lora_A`);
    assert.deepEqual(a?.values, kaimingUniformValues(`${q(0)}.lora_A`, [4, 128], 1));
    assert.ok(a.values.every((value) => Math.abs(value) <= 1 / Math.sqrt(128)));
    assert.ok(new Set(a.values).size > 500, 'A is drawn');
    for (const name of adapter.modules.keys()) {
      const factors = factorsOf(adapter, name);
      const module = model.modules.find((one) => one.path === name);
      assert.ok(factors && module);
      const weight = Float32Array.from(
        { length: module.inFeatures * module.outFeatures },
        (_, index) => index % 7,
      );
      assert.deepEqual(mergeLora(weight, [module.outFeatures, module.inFeatures], 'out-in', factors), weight);
    }
  });

  it('is refused where the model lacks a module, or where tensors are shared', async () => {
    const model = await readModelFolder(sample);
    const into = path.join(folder.path, 'refused');
    const missing = planOf([['model.layers.99.self_attn.q_proj', { rank: 4 }]]);
    await assert.rejects(writeSeedAdapter(into, model, missing, options), { code: 'plan-outdated' });
    const shared = { ...missing, shared: [{ tensor: 'A', members: [q(0)], count: 1 } as const] };
    await assert.rejects(writeSeedAdapter(into, model, shared, options), { code: 'method-unavailable' });
    assert.deepEqual(
      (await readdir(folder.path)).filter((name) => name.includes('refused')),
      [],
    );
  });
});
