import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { factorsOf, mergeLora } from '../../../src/peft/merge';
import { readAdapter } from '../../../src/peft/read';
import { readModelFolder } from '../../../src/files/modelFolder';
import { fixtureFolder } from '../../reference/fixture';

interface Delta {
  readonly shape: readonly number[];
  readonly norm: number;
  readonly first: readonly number[];
}

const data = path.join(__dirname, 'data');
const expected = JSON.parse(readFileSync(path.join(data, 'expected.json'), 'utf8')) as Record<
  string,
  Record<string, Delta>
>;

describe('an adapter that PEFT saved', () => {
  for (const [name, base] of [
    ['lora-patterns', 'llama-1'],
    ['lora-all-linear', 'gpt2-1'],
    ['lora-seqcls', 'bert-1'],
    ['adalora-pruned', 'llama-1'],
  ] as const) {
    it(`changes the weights as in PEFT: ${name}`, async () => {
      const model = await readModelFolder(fixtureFolder(base));
      const adapter = await readAdapter(path.join(data, name), model);
      const deltas = Object.entries(expected[name] ?? {}).filter(([, { norm }]) => norm > 0);
      assert.deepEqual([...adapter.modules.keys()].sort(), deltas.map(([one]) => one).sort());
      for (const [one, { shape, norm, first }] of deltas) {
        const factors = factorsOf(adapter, one);
        assert.ok(factors);
        const zero = new Float32Array(shape.reduce((product, size) => product * size, 1));
        const delta = mergeLora(zero, shape, model.family.shape, factors);
        assert.ok(Math.abs(Math.hypot(...delta) / norm - 1) < 1e-6, one);
        for (const [at, value] of first.entries()) {
          assert.ok(Math.abs(delta[at]! - value) < 1e-6 * Math.max(1, norm), `${one} ${at}`);
        }
      }
    });
  }

  it('for classification brings its classifier', async () => {
    const model = await readModelFolder(fixtureFolder('bert-1'));
    const { modulesToSave } = await readAdapter(path.join(data, 'lora-seqcls'), model);
    assert.deepEqual([...modulesToSave.keys()].sort(), ['classifier.bias', 'classifier.weight']);
  });

  it('of Lily has each shared tensor once, widened from float16', async () => {
    const model = await readModelFolder(fixtureFolder('llama-1'));
    const { kind, arrays, modules, config } = await readAdapter(path.join(data, 'lily'), model);
    assert.equal(kind, 'lily');
    const names = [...arrays.keys()].filter((name) => name.startsWith('lily_')).sort();
    assert.deepEqual(names, [
      'lily_A.self_attn.q_proj.0',
      'lily_A.self_attn.q_proj.1',
      'lily_A.self_attn.v_proj.0',
      'lily_A.self_attn.v_proj.1',
      'lily_B.self_attn.q_proj',
      'lily_B.self_attn.v_proj',
    ]);
    assert.equal(arrays.size, names.length + 6);
    assert.deepEqual(arrays.get('lily_B.self_attn.q_proj')?.shape, [6, 48]);
    assert.deepEqual(arrays.get('model.layers.2.self_attn.q_proj.lily_router')?.shape, [2, 3]);
    assert.deepEqual(modules.get('model.layers.2.self_attn.q_proj'), { rank: 3, alpha: 1.5, scaling: 0.5 });
    assert.equal(config.peft_type === 'LILY' && config.stride_A, 2);
  });
});
