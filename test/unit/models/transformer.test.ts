import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { makeBatches, type Batch } from '../../../src/models/batches';
import { LanguageHead } from '../../../src/models/heads/languageHead';
import { lastHidden } from '../../../src/models/lastHidden';
import type { AnySample } from '../../../src/models/samples';
import type { Transformer } from '../../../src/models/transformer';
import { partsOf } from '../../../src/tensors/ops/matrix';
import { openDevice } from '../../../src/tensors/device';
import { openFixture } from '../../reference/fixture';

/** What the blocks make of a batch, as numbers. */
async function throughBlocks(model: Transformer, batch: Batch): Promise<Float32Array> {
  const x = await lastHidden(model, batch);
  const values = x.dataSync() as Float32Array;
  x.dispose();
  return values;
}

const batchOf = (...samples: AnySample[]): Batch => makeBatches(samples, samples.length, 1)[0]!;
const text = (...ids: number[]): AnySample => ({ ids, targets: ids });

describe('Transformer', () => {
  let atStart: number[] = [];
  let model: Transformer;
  const left = (): number[] => [tf.memory().numTensors, tf.engine().backend.numDataIds()];
  const open = async (name: string): Promise<readonly AnySample[]> => {
    const opened = await openFixture(name);
    model = opened.model;
    return opened.samples;
  };
  before(() => openDevice('native', 1));
  beforeEach(() => {
    atStart = left();
  });
  afterEach(async () => {
    await model.dispose();
    assert.deepEqual(left(), atStart, 'dispose frees everything');
  });

  it('holds no tensor before it is asked to, one set of each block and head however often it is', async () => {
    await open('llama-1');
    assert.deepEqual(left(), atStart);
    (await model.embed(batchOf(text(1, 2, 3)))).dispose();
    assert.deepEqual(left(), atStart, 'tables stay off the device');
    await model.loadBlock(0);
    const [block = 0] = left();
    assert.equal(block - atStart[0]!, 9, 'two norms and seven matrices');
    await model.loadBlock(0);
    await model.head.load();
    const held = left();
    await model.loadBlock(0);
    await model.head.load();
    assert.deepEqual(left(), held);
    model.releaseBlock(0);
    model.releaseBlock(0);
    model.releaseBlock(1);
    assert.equal(left()[0], held[0]! - 9);
    model.head.dispose();
    model.head.dispose();
    assert.deepEqual(left(), atStart);
  });

  it('computes the same with blocks read ahead, or not, and again', async () => {
    const samples = await open('gpt2-1');
    const batch = batchOf(...samples);
    const values = await throughBlocks(model, batch);
    for (let layer = 0; layer < model.layers; layer++) model.releaseBlock(layer);
    for (const layer of [-1, 0, 1, 2, 3]) model.readAhead(layer);
    assert.deepEqual(await throughBlocks(model, batch), values);
    assert.deepEqual(await throughBlocks(model, batch), values);
  });

  it('gives a module its weight as it is stored', async () => {
    for (const name of ['gpt2-1', 'llama-1']) {
      if (name !== 'gpt2-1') await model.dispose();
      await open(name);
      await model.loadBlock(1);
      for (const module of model.modules.filter(({ layer }) => layer === 1)) {
        const sizes = [module.outFeatures, module.inFeatures];
        const [weight] = partsOf(model.weight(module));
        assert.deepEqual(weight!.shape, name === 'gpt2-1' ? sizes.reverse() : sizes);
      }
      const [other] = model.modules;
      assert.throws(() => model.weight(other!), /Block 0 was not loaded/);
    }
  });

  it('says which block was not loaded', async () => {
    const [sample] = await open('llama-1');
    const batch = batchOf(sample!);
    const x = await model.embed(batch);
    assert.throws(() => model.block(2, x, batch), /Block 2 was not loaded/);
    await assert.rejects(model.head.run({ x, batch }, { kind: 'empirical' }), /head was not loaded/);
    x.dispose();
  });

  it('keeps the tables of one length alone', async () => {
    await open('llama-1');
    await throughBlocks(model, batchOf(text(1, 2, 3)));
    const [held] = left();
    await throughBlocks(model, batchOf(text(1, 2, 3, 4, 5)));
    await throughBlocks(model, batchOf(text(1, 2)));
    assert.equal(left()[0], held);
  });

  it('lets a token of a decoder see none behind it, and of an encoder all', async () => {
    for (const name of ['llama-1', 'gpt2-1', 'gemma3-1', 'opt-1', 'phi-1', 'gpt_neox-1', 'bert-1']) {
      if (name !== 'llama-1') await model.dispose();
      await open(name);
      const { width } = model.spec;
      const first = async (...ids: number[]): Promise<Float32Array> => {
        const sample = name === 'bert-1' ? { ids, label: 0 } : { ids, targets: ids };
        return (await throughBlocks(model, batchOf(sample))).subarray(0, 2 * width);
      };
      const values = await first(1, 2, 3, 4);
      if (name === 'bert-1') assert.notDeepEqual(await first(1, 2, 9, 8), values);
      else assert.deepEqual(await first(1, 2, 9, 8), values, name);
      assert.notDeepEqual(await first(5, 2, 3, 4), values, name);
    }
  });

  it('lets a token see as far back as the window of its layers, and no farther', async () => {
    // Three layers with a window of 4 hand on what is up to 9 positions back.
    await open('mistral-1');
    const { width } = model.spec;
    const ids = Array.from({ length: 13 }, (_, i) => (7 * i) % 50);
    const last = async (changed: number): Promise<Float32Array> =>
      (await throughBlocks(model, batchOf(text(...ids.map((id, i) => (i === changed ? id + 1 : id)))))).slice(
        -width,
      );
    const values = await last(-1);
    assert.deepEqual(await last(2), values);
    assert.notDeepEqual(await last(3), values);
  });

  it('never looks at what stands in the padding', async () => {
    for (const name of ['llama-1', 'bert-1', 'opt-post-1', 'gemma2-1', 'roberta-1']) {
      if (name !== 'llama-1') await model.dispose();
      const samples = await open(name);
      const batch = batchOf(...samples);
      const { length, lengths } = batch;
      const { width } = model.spec;
      assert.ok(lengths.some((own) => own < length));
      const real = (index: number, per: number): boolean => {
        const row = Math.floor(index / (per * length));
        return Math.floor(index / per) % length < lengths[row]!;
      };
      const values = await throughBlocks(model, batch);
      const other = { ...batch, ids: batch.ids.map((id, index) => (real(index, 1) ? id : 11)) };
      assert.notDeepEqual(other.ids, batch.ids);
      const changed = await throughBlocks(model, other);
      const keep = (of: Float32Array): Float32Array => of.filter((_, index) => real(index, width));
      assert.deepEqual(keep(changed), keep(values), name);
      await model.head.load();
      const x = tf.tensor2d(values, [values.length / width, width]);
      const noise = tf.tensor2d(
        values.map((value, index) => (real(index, width) ? value : 100)),
        [values.length / width, width],
      );
      const [one, two] = await Promise.all(
        [x, noise].map((hidden) => model.head.run({ x: hidden, batch }, { kind: 'empirical' })),
      );
      assert.deepEqual(two!.losses, one!.losses, name);
      assert.deepEqual(two!.gradient.dataSync(), one!.gradient.dataSync(), name);
      assert.ok(one!.gradient.dataSync().every((value, index) => real(index, width) || value === 0));
      tf.dispose([x, noise, one!.gradient, two!.gradient]);
    }
  });

  it('has a head of the kind that the checkpoint has', async () => {
    await open('gpt2-cls-1');
    assert.ok(!(model.head instanceof LanguageHead));
    await model.dispose();
    await open('gpt2-1');
    assert.ok(model.head instanceof LanguageHead);
  });
});
