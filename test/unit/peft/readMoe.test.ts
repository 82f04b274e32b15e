import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { MoeLora } from '../../../src/adapters/moeLora';
import { mergeFolder } from '../../../src/peft/mergeFolder';
import { mostExperts, readMoe } from '../../../src/peft/readMoe';
import { saveHydra, saveMola } from '../../../src/peft/writeMoe';
import { readModelFolder, type ModelFolder } from '../../../src/files/modelFolder';
import { readSafetensorsHeader, readTensorFloat32 } from '../../../src/files/safetensors';
import { writeSafetensors, type TensorToWrite } from '../../../src/files/safetensorsWrite';
import { fixtureFolder } from '../../reference/fixture';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { loraArrays } from './arrays';

type Row = { readonly rank: number; readonly alpha: number; readonly experts: number };
type Form = 'mola' | 'hydra';
const q = (layer: number): string => `model.layers.${layer}.self_attn.q_proj`;
const options = { taskType: 'CAUSAL_LM' } as const;

describe('reading a mixture of LoRA experts', () => {
  const temporary = temporaryFolder();
  let model: ModelFolder;
  let count = 0;
  const next = (): string => path.join(temporary.path, `${count++}`);
  before(async () => {
    model = await readModelFolder(fixtureFolder('llama-1'));
  });

  async function saved(form: Form, modules: ReadonlyMap<string, Row>, topK = 2, rankStabilized = false) {
    const folder = next();
    const arrays = loraArrays(model, new Map([...modules].filter(([, { experts }]) => experts > 0)), form);
    const moe = { modules, arrays, rankStabilized };
    if (form === 'mola') await saveMola(folder, model, { ...moe, topK }, options);
    else await saveHydra(folder, model, moe, options);
    return { folder, arrays };
  }

  for (const form of ['mola', 'hydra'] as const) {
    it(`gives back what was saved in the form of ${form}, bit for bit, and a training can go on from it`, async () => {
      const number = (min: number, max: number) => fc.integer({ min, max });
      const row = fc.record({ rank: number(1, 5), alpha: number(1, 16), experts: number(0, 4) });
      // Every count and rank alike too, as most plans have them.
      const alike = fc
        .tuple(row, fc.nat(20))
        .map(([one, size]) => Array.from({ length: size + 1 }, () => one));
      const rows = fc.oneof(fc.array(row, { minLength: 1, maxLength: 21 }), alike);
      await fc.assert(
        fc.asyncProperty(
          rows.filter((all) => all.some(({ experts }) => experts > 0)),
          fc.record({ topK: number(1, 4), rankStabilized: fc.boolean() }),
          async (all, { topK, rankStabilized }) => {
            const modules = new Map(all.map((one, at) => [model.modules[at]!.path, one]));
            const { folder, arrays } = await saved(form, modules, topK, rankStabilized);
            const read = await readMoe(folder, model);
            assert.deepEqual(new Map([...read.arrays].sort()), new Map([...arrays].sort()));
            assert.deepEqual([read.form, read.rankStabilized], [form, rankStabilized]);
            const kept = [...modules].filter(([, { experts }]) => experts > 0);
            const most = Math.max(...kept.map(([, { experts }]) => experts));
            assert.equal(await mostExperts(folder), most);
            for (const [name, { rank, alpha, experts }] of kept) {
              const { scaling, ...found } = read.modules.get(name)!;
              assert.deepEqual(found, { rank, alpha, experts });
              assert.equal(scaling, alpha / (rankStabilized ? Math.sqrt(rank) : rank));
              // A module with fewer experts than the largest uses as many of them as before.
              assert.equal(Math.min(read.topK, experts), form === 'mola' ? Math.min(topK, experts) : experts);
            }
            assert.equal(read.modules.size, kept.length);
            const adapted = model.modules.flatMap((module) => {
              const found = read.modules.get(module.path);
              return found ? [{ module, ...found }] : [];
            });
            const settings = { dropout: 0, balance: 0, form, topK: read.topK, rankStabilized };
            const moe = new MoeLora(adapted, settings, 1);
            moe.restore(read.arrays);
            assert.equal(moe.parameters.length, arrays.size);
            for (const { name, shape, values } of moe.parameters) {
              assert.deepEqual({ shape, values }, arrays.get(name));
            }
          },
        ),
        { numRuns: 15, seed: 1 },
      );
    });
  }

  it('finds modules under the root of the class, whatever the model’s files have', async () => {
    const { folder, arrays } = await saved('mola', new Map([[q(1), { rank: 2, alpha: 4, experts: 2 }]]));
    const strip = (name: string): string => name.replace('model.', '');
    const bare = { ...model, root: '', modules: model.modules.map((m) => ({ ...m, path: strip(m.path) })) };
    const read = await readMoe(folder, bare);
    assert.deepEqual([...read.modules.keys()], [strip(q(1))]);
    assert.deepEqual(read.arrays.get(strip(`${q(1)}.lora_B`)), arrays.get(`${q(1)}.lora_B`));
  });

  it('names the tensor that is missing, has another shape, or belongs to no module', async () => {
    const rows = new Map([[q(0), { rank: 2, alpha: 4, experts: 3 }]]);
    const change = async (from: string, how: (one: TensorToWrite) => TensorToWrite[]): Promise<string> => {
      const folder = next();
      await cp(from, folder, { recursive: true });
      const file = path.join(folder, 'adapter_model.safetensors');
      const tensors = await Promise.all(
        [...(await readSafetensorsHeader(file)).tensors].map(async ([name, entry]) => ({
          ...{ name, dtype: 'F32' as const, shape: entry.shape },
          data: await readTensorFloat32(file, entry),
        })),
      );
      await writeSafetensors(file, tensors.flatMap(how));
      return folder;
    };
    const parts = {
      mola: ['lora_A_2', 'lora_B_0', 'router.router'],
      hydra: ['lora_A', 'lora_B2', 'lora_route'],
    };
    for (const form of ['mola', 'hydra'] as const) {
      const { folder } = await saved(form, rows);
      for (const part of parts[form]) {
        const name = `${q(0)}.${part}`;
        const is = (one: TensorToWrite): boolean => one.name === `base_model.model.${name}.weight`;
        const without = await change(folder, (one) => (is(one) ? [] : [one]));
        await rejectsWith(readMoe(without, model), 'adapter-invalid', new RegExp(`lacks .*${part}\\.weight`));
        const turned = await change(folder, (one) => [
          is(one) ? { ...one, shape: one.shape.toReversed() } : one,
        ]);
        await rejectsWith(
          readMoe(turned, model),
          'adapter-invalid',
          new RegExp(`q_proj\\.${part} in .* is \\[`),
        );
        const renamed = await change(folder, (one) => [one, ...(is(one) ? [{ ...one, name: 'x' }] : [])]);
        await rejectsWith(readMoe(renamed, model), 'adapter-invalid', /x in .* belongs to no module/);
      }
    }
  });

  it('needs the experts of every module', async () => {
    const { folder } = await saved('hydra', new Map([[q(0), { rank: 2, alpha: 4, experts: 3 }]]));
    const file = path.join(folder, 'experts.json');
    await writeFile(file, JSON.stringify({ [q(1)]: 3 }));
    await rejectsWith(readMoe(folder, model), 'adapter-invalid', /does not say how many experts .*layers\.0/);
    await writeFile(file, JSON.stringify({ [q(0)]: 2 }));
    await rejectsWith(readMoe(folder, model), 'adapter-invalid', /lora_B2\.weight .* belongs to no module/);
    await writeFile(file, '[');
    await rejectsWith(readMoe(folder, model), 'adapter-invalid', /experts\.json/);
    const config = path.join(folder, 'adapter_config.json');
    const changed = { ...(JSON.parse(await readFile(config, 'utf8')) as object), use_dora: true };
    await writeFile(config, JSON.stringify(changed));
    await rejectsWith(readMoe(folder, model), 'adapter-invalid', /DoRA/);
  });

  it('is merged where every module has one expert, which no router weighs', async () => {
    for (const form of ['mola', 'hydra'] as const) {
      const rows = new Map([0, 2].map((layer) => [q(layer), { rank: 2, alpha: 4, experts: 1 }]));
      const { folder, arrays } = await saved(form, rows);
      const out = next();
      const { modules } = await mergeFolder(
        folder,
        model,
        out,
        () => undefined,
        new AbortController().signal,
      );
      assert.equal(modules, 2);
      const name = `${q(2)}.weight`;
      const first = async ({ tensors }: ModelFolder): Promise<number> => {
        const entry = tensors.get(name)!;
        return (await readTensorFloat32(entry.file, entry))[0]!;
      };
      const [a, b] = ['lora_A', 'lora_B'].map((part) => arrays.get(`${q(2)}.${part}`)!.values);
      const delta = 2 * (b![0]! * a![0]! + b![1]! * a![48]!);
      const added = (await first(await readModelFolder(out))) - (await first(model));
      assert.ok(Math.abs(added - delta) < 1e-6, `${added}, not ${delta}`);
    }
  });
});
