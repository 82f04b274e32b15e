import assert from 'node:assert/strict';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { saveAdaLora } from '../../../src/peft/write';
import { floatDtypes, type FloatDtype } from '../../../src/files/dtypes';
import { encodeBfloat16, encodeFloat16, roundToOdd } from '../../../src/files/halfFloats';
import { readModelFolder, type ModelFolder } from '../../../src/files/modelFolder';
import { readSafetensorsHeader, readTensorFloat32 } from '../../../src/files/safetensors';
import { writeSafetensors } from '../../../src/files/safetensorsWrite';
import { fixtureFolder } from '../../reference/fixture';
import { adaLoraArrays, loraArrays, someArray } from './arrays';
import { down, head, merge, mergeFixtures, modules, options, q } from './mergeFixtures';

describe('merging an adapter into a model folder', () => {
  const { next, tiny, loraOf } = mergeFixtures();

  const bytesIn = async (file: string): Promise<Map<string, Buffer>> => {
    const [{ tensors }, whole] = await Promise.all([readSafetensorsHeader(file), readFile(file)]);
    return new Map([...tensors].map(([name, { begin, end }]) => [name, whole.subarray(begin, end)]));
  };

  /** W + s B A by its definition, rounded once. */
  async function expectedBytes(model: ModelFolder, name: string): Promise<Buffer> {
    const { rank, alpha } = modules.get(name)!;
    const entry = model.tensors.get(`${name}.weight`)!;
    const weight = await readTensorFloat32(entry.file, entry);
    const arrays = loraArrays(model, modules);
    const [a, b] = [arrays.get(`${name}.lora_A`)!.values, arrays.get(`${name}.lora_B`)!.values];
    const [outputs, inputs] = entry.shape as [number, number];
    const sums = Array.from({ length: outputs * inputs }, (_, at) => {
      const [output, input] = [Math.floor(at / inputs), at % inputs];
      let sum = 0;
      for (let k = 0; k < rank; k++) sum += b[output * rank + k]! * a[k * inputs + input]!;
      return weight[at]! + (alpha / rank) * sum;
    });
    const odd = Float32Array.from(sums, roundToOdd);
    const numbers = {
      F32: () => Float32Array.from(sums),
      F16: () => encodeFloat16(odd),
      BF16: () => encodeBfloat16(odd),
    }[entry.dtype as FloatDtype]();
    return Buffer.from(numbers.buffer);
  }

  for (const dtype of floatDtypes) {
    for (const shards of [false, true]) {
      it(`changes the adapted weights alone, in ${dtype} and ${shards ? 'two files' : 'one file'}`, async () => {
        const model = await tiny(dtype, shards);
        const out = next();
        const merged = await merge(await loraOf(model), model, out);
        assert.deepEqual(merged, { modules: 2, replaced: [], added: [], leftOut: [] });
        assert.deepEqual((await readdir(out)).sort(), (await readdir(model.dir)).sort());
        const names: string[] = [];
        for (const { file, metadata } of model.headers) {
          const target = path.join(out, path.basename(file));
          assert.deepEqual((await readSafetensorsHeader(target)).metadata, metadata);
          const after = await bytesIn(target);
          for (const [name, before] of await bytesIn(file)) {
            const module = name.replace('.weight', '');
            const expected = modules.has(module) ? await expectedBytes(model, module) : before;
            assert.ok(after.get(name)!.equals(expected), name);
            if (!before.equals(expected)) names.push(module);
          }
        }
        assert.deepEqual(names.sort(), [q(0), down]);
        const again = await readModelFolder(out);
        assert.deepEqual(
          [...again.tensors.values()].map(({ dtype: is }) => is).filter((is) => is !== dtype),
          [],
        );
        assert.deepEqual(again.modules, model.modules);
      });
    }
  }

  it('copies what belongs to the model, and no adapter, repository, or weights in another form', async () => {
    const model = await tiny('F32');
    const write = async (name: string): Promise<void> => {
      await mkdir(path.dirname(path.join(model.dir, name)), { recursive: true });
      await writeFile(path.join(model.dir, name), name);
    };
    const kept = ['1_Pooling/config.json', 'README.md', 'tokenizer.json', 'training_args.bin'];
    const others = ['lora', 'original/consolidated.00.pth', 'pytorch_model.bin', 'stale.safetensors'];
    const tools = ['.git/HEAD', '.cache/huggingface/x.lock'];
    for (const name of [...kept, ...others.slice(1), ...tools, 'lora/adapter_config.json']) await write(name);
    const out = next();
    const { leftOut } = await merge(await loraOf(model), model, out);
    assert.deepEqual(
      leftOut,
      others.map((name) => path.normalize(name)),
    );
    const found = (await readdir(out, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(out, path.join(entry.parentPath, entry.name)));
    const expected = [...kept, 'config.json', 'model.safetensors'].map((name) => path.normalize(name));
    assert.deepEqual(found.sort(), expected.sort());
    for (const name of kept) assert.equal(await readFile(path.join(out, name), 'utf8'), name);
  });

  it('replaces modules that were trained whole, in the type of the model’s', async () => {
    const model = await tiny('BF16', true, [head]);
    const weight = someArray('trained', 16, 8);
    const out = next();
    const adapter = await loraOf(model, { modulesToSave: new Map([['lm_head', { weight }]]) });
    const { replaced, added } = await merge(adapter, model, out);
    assert.deepEqual([replaced, added], [['lm_head.weight'], []]);
    const tensors = await bytesIn(path.join(out, 'model-00001-of-00002.safetensors'));
    assert.ok(tensors.get('lm_head.weight')!.equals(Buffer.from(encodeBfloat16(weight.values).buffer)));
    const index = 'model.safetensors.index.json';
    assert.deepEqual(await readFile(path.join(out, index)), await readFile(path.join(model.dir, index)));
  });

  it('adds those that the model has none of, and says so in the index', async () => {
    const score = someArray('score', 3, 8);
    for (const shards of [false, true]) {
      const model = await tiny('F16', shards);
      const out = next();
      const adapter = await loraOf(model, { modulesToSave: new Map([['score', { weight: score }]]) });
      assert.deepEqual((await merge(adapter, model, out)).added, ['score.weight']);
      const again = await readModelFolder(out);
      const { file, ...entry } = again.tensors.get('score.weight')!;
      assert.equal(path.basename(file), shards ? 'model-00002-of-00002.safetensors' : 'model.safetensors');
      assert.deepEqual(await readTensorFloat32(file, entry), score.values);
      if (!shards) continue;
      const text = await readFile(path.join(out, 'model.safetensors.index.json'), 'utf8');
      const { metadata } = JSON.parse(text) as { metadata: { total_size: number } };
      assert.equal(metadata.total_size, 1000 + score.values.byteLength);
    }
  });

  it('finds them under the root that the model’s own files have', async () => {
    const model = await tiny('F32', false, [], { architectures: ['LlamaModel'] });
    const weight = someArray('trained', 16, 8);
    const adapter = await loraOf(model, { modulesToSave: new Map([['embed_tokens', { weight }]]) });
    const { replaced } = await merge(adapter, model, next());
    assert.deepEqual(replaced, ['model.embed_tokens.weight']);
  });

  it('takes AdaLoRA’s E and its scale, and leaves pruned triplets out', async () => {
    const model = await tiny('F32');
    const rows = new Map([[q(1), { rank: 3, alpha: 6 }]]);
    const arrays = adaLoraArrays(model, rows);
    const schedule = {
      ...{ targetRank: 2, tinit: 1, tfinal: 1, deltaT: 1, beta1: 0.85, beta2: 0.85 },
      orthRegWeight: 0.5,
      totalStep: 9,
    };
    const [adapter, out] = [next(), next()];
    await saveAdaLora(adapter, model, { modules: rows, arrays, schedule }, options);
    await merge(adapter, model, out);
    const numbers = async (folder: ModelFolder) => {
      const entry = folder.tensors.get(`${q(1)}.weight`)!;
      return readTensorFloat32(entry.file, entry);
    };
    const [before, after] = [await numbers(model), await numbers(await readModelFolder(out))];
    const [a, e, b] = ['lora_A', 'lora_E', 'lora_B'].map((part) => arrays.get(`${q(1)}.${part}`)!.values);
    after.forEach((value, at) => {
      const [output, input] = [Math.floor(at / 8), at % 8];
      const terms = [0, 2].map((k) => b![output * 3 + k]! * e![k]! * a![k * 8 + input]!);
      const expected = before[at]! + (6 / 3.00001) * (terms[0]! + terms[1]!);
      assert.ok(Math.abs(value - expected) < 1e-6, `${at}: ${value}, not ${expected}`);
    });
  });

  it('keeps the names of checkpoints of TensorFlow’s time', async () => {
    const bert = fixtureFolder('bert-1');
    const folder = next();
    await cp(bert, folder, { recursive: true });
    const model = await readModelFolder(folder);
    const tensors = await Promise.all(
      [...model.tensors].map(async ([name, entry]) => ({
        name: name.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta'),
        ...{ dtype: 'F32' as const, shape: entry.shape, data: await readTensorFloat32(entry.file, entry) },
      })),
    );
    await writeSafetensors(path.join(folder, 'model.safetensors'), tensors);
    const old = await readModelFolder(folder);
    const out = next();
    const merged = await merge(path.join(bert, 'lora-seqcls'), old, out);
    assert.deepEqual([...merged.replaced].sort(), ['classifier.bias', 'classifier.weight']);
    assert.deepEqual(merged.leftOut, ['lora', 'lora-seqcls']);
    const { tensors: written } = await readSafetensorsHeader(path.join(out, 'model.safetensors'));
    assert.deepEqual(
      [...written.keys()],
      tensors.map(({ name }) => name),
    );
    assert.ok([...written.keys()].some((name) => name.endsWith('LayerNorm.gamma')));
  });
});
