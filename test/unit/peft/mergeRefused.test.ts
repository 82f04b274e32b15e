import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { mergeFolder } from '../../../src/peft/mergeFolder';
import { saveLora } from '../../../src/peft/write';
import { saveLily } from '../../../src/peft/writeLily';
import { saveHydra, saveMola } from '../../../src/peft/writeMoe';
import { readModelFolder, type ModelFolder } from '../../../src/files/modelFolder';
import type { ErrorCode } from '../../../src/shared/errors';
import { fixtureFolder } from '../../reference/fixture';
import { rejectsWith } from '../files/throwsCode';
import { lilyArrays, loraArrays, someArray } from './arrays';
import { head, merge, mergeFixtures, options, q, running } from './mergeFixtures';

describe('merging is refused, and leaves nothing,', () => {
  const { temporary, next, tiny, loraOf } = mergeFixtures();

  async function refused(adapter: string, model: ModelFolder, code: ErrorCode, words: RegExp) {
    const before = await readdir(temporary.path);
    await rejectsWith(merge(adapter, model, next()), code, words);
    assert.deepEqual((await readdir(temporary.path)).sort(), before.sort());
  }

  it('where what the adapter adds depends on the input', async () => {
    const model = await readModelFolder(fixtureFolder('llama-1'));
    const row = { rank: 2, alpha: 4, experts: 3 };
    const mixture = new Map([[q(0), row]]);
    const [mola, hydra, lily] = [next(), next(), next()];
    const arrays = loraArrays(model, mixture, 'mola');
    await saveMola(mola, model, { modules: mixture, arrays, rankStabilized: false, topK: 2 }, options);
    await refused(mola, model, 'adapter-invalid', /weighs 3 experts/);
    const ofHydra = { modules: mixture, arrays: loraArrays(model, mixture), rankStabilized: false };
    await saveHydra(hydra, model, ofHydra, options);
    await refused(hydra, model, 'adapter-invalid', /weighs 3 experts/);
    const paths = new Set(model.modules.filter(({ role }) => role === 'q').map((module) => module.path));
    const shape = { rank: 2, strideA: 2, numB: 2 };
    const sizes = { ...shape, scaling: 1, modules: paths };
    await saveLily(lily, model, { ...sizes, arrays: lilyArrays(model, paths, shape) }, options);
    await refused(lily, model, 'adapter-invalid', /lily adapter .* router/);
    const base = await tiny('F32');
    await refused(
      await loraOf(base, { inputFactor: 0.1 }),
      base,
      'adapter-invalid',
      /dynamic-lora .* enters them/,
    );
    assert.equal((await merge(await loraOf(base, { inputFactor: 0 }), base, next())).modules, 2);
  });

  it('where a sum is beyond the type of the weight', async () => {
    const model = await tiny('F16');
    const large = new Map([[q(0), { rank: 1, alpha: 1e6 }]]);
    const adapter = next();
    const lora = { modules: large, arrays: loraArrays(model, large), rankStabilized: false };
    await saveLora(adapter, model, lora, options);
    await refused(
      adapter,
      model,
      'weights-not-finite',
      /layers\.0\.self_attn\.q_proj\.weight.*which F16 cannot store/,
    );
  });

  it('where the folder exists and is not empty', async () => {
    const model = await tiny('F32');
    const adapter = await loraOf(model);
    await rejectsWith(merge(adapter, model, model.dir), 'not-writable', /which holds "/);
    const file = path.join(model.dir, 'config.json');
    await rejectsWith(merge(adapter, model, file), 'not-writable', /which is no folder/);
    const empty = next();
    await mkdir(empty);
    assert.equal((await merge(adapter, model, empty)).modules, 2);
  });

  it('where the model is quantized, or the adapter belongs to another model', async () => {
    const model = await tiny('F32');
    const adapter = await loraOf(model);
    const quantization = {
      method: 'GPTQ',
      bits: 4,
      parent: undefined,
      tensor: [...model.tensors.values()][0]!,
    };
    await refused(adapter, { ...model, quantization }, 'model-dtype-unsupported', /GPTQ, 4 bits/);
    await refused(adapter, await readModelFolder(fixtureFolder('llama-1')), 'adapter-invalid', /is \[2, 8\]/);
  });

  it('where the adapter trained one of embedding and output, which the model has once', async () => {
    const model = await tiny('F32');
    const weight = someArray('trained', 16, 8);
    for (const name of ['lm_head', 'model.embed_tokens']) {
      const adapter = await loraOf(model, { modulesToSave: new Map([[name, { weight }]]) });
      await refused(adapter, model, 'adapter-invalid', /one matrix for its embedding and its output/);
      const untied = await tiny('F32', false, [head]);
      assert.deepEqual((await merge(adapter, untied, next())).replaced, [`${name}.weight`]);
    }
  });

  it('where a module trained whole has another shape than the model’s', async () => {
    const model = await tiny('F32', false, [head]);
    const weight = someArray('trained', 20, 8);
    const adapter = await loraOf(model, { modulesToSave: new Map([['lm_head', { weight }]]) });
    await refused(
      adapter,
      model,
      'adapter-invalid',
      /lm_head\.weight of \[20, 8\], the model's is F32 \[16, 8\]/,
    );
  });

  it('where it is cancelled, or the folder is filled meanwhile', async () => {
    const model = await tiny('F32', true);
    const adapter = await loraOf(model);
    const controller = new AbortController();
    const out = next();
    const before = (await readdir(temporary.path)).sort();
    const files = new Set<string>();
    const cancelling = mergeFolder(
      adapter,
      model,
      out,
      ({ file, done, total }) => {
        files.add(file);
        assert.ok(done <= total);
        if (files.size === 2) controller.abort();
      },
      controller.signal,
    );
    await rejectsWith(cancelling, 'cancelled');
    assert.equal(files.size, 2);
    assert.deepEqual((await readdir(temporary.path)).sort(), before);
    await mkdir(out);
    let filled: Promise<void> | undefined;
    const filling = mergeFolder(
      adapter,
      model,
      out,
      () => (filled ??= writeFile(path.join(out, 'mine'), 'mine')),
      running,
    );
    await rejectsWith(filling, 'not-writable', /holds "mine"/);
    assert.deepEqual(await readdir(out), ['mine']);
    assert.deepEqual((await readdir(temporary.path)).sort(), [...before, path.basename(out)].sort());
  });
});
