import type * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import path from 'node:path';
import { BatchRecorder } from '../../../../src/engine/scoring/recorder';
import { loadWhole, scoreOnTape } from '../../../../src/engine/scoring/tapePass';
import { readModelFolder } from '../../../../src/files/modelFolder';
import { makeBatches } from '../../../../src/models/batches';
import { openModel } from '../../../../src/models/openModel';
import type { Sample } from '../../../../src/models/samples';
import type { Transformer } from '../../../../src/models/transformer';
import { partsOf } from '../../../../src/tensors/ops/matrix';
import { openDevice } from '../../../../src/tensors/device';
import { temporaryFolder } from '../../files/temporary';
import { smallLlama, writeRandomLlama } from '../../models/randomLlama';
import { sampleOf } from '../../models/tokenizedSamples';
import { close } from '../../tensors/close';
import { modes, numbersOf, orderOf, settingsOf, updatesOf, type Numbers } from './units';

/** Keeps what a linear layer is differentiated with, for a gradient made by hand. */
class Witness extends BatchRecorder {
  readonly seen = new Map<string, { x: number[][]; dy: number[][] }>();
  override readonly record = (name: string, x: tf.Tensor2D, dy: tf.Tensor2D): void => {
    this.seen.set(name, { x: x.arraySync(), dy: dy.arraySync() });
  };
}

/** ‖Ḡ‖² and Σ |Ḡ ∘ W| of each module in float64, sample by sample and entry by entry. */
async function byHand(model: Transformer, samples: readonly Sample[]): Promise<Map<string, number[]>> {
  await loadWhole(model);
  const sums = new Map(
    model.modules.map(({ path: name, inFeatures, outFeatures }) => [
      name,
      Array.from({ length: outFeatures }, () => new Float64Array(inFeatures)),
    ]),
  );
  for (const batch of makeBatches(samples, 1, 1)) {
    const witness = new Witness(1);
    await scoreOnTape(model, batch, { kind: 'empirical' }, witness);
    for (const [name, { x, dy }] of witness.seen)
      sums.get(name)!.forEach((row, out) => {
        for (let i = 0; i < row.length; i++)
          row[i]! += x.reduce((sum, inputs, token) => sum + inputs[i]! * dy[token]![out]!, 0);
      });
  }
  return new Map(
    model.modules.map((module) => {
      const weight = partsOf(model.weight(module)).flatMap((part) => part.arraySync());
      const mean = sums.get(module.path)!.map((row) => row.map((entry) => entry / samples.length));
      const total = (of: (entry: number, out: number, i: number) => number): number =>
        mean.reduce((all, row, out) => all + row.reduce((sum, entry, i) => sum + of(entry, out, i), 0), 0);
      const squares = total((entry) => entry * entry);
      return [module.path, [squares, total((entry, out, i) => Math.abs(entry * weight[out]![i]!))]] as const;
    }),
  );
}

describe('whole gradients: mean gradient norm and Taylor salience', () => {
  const folder = temporaryFolder();
  let model: Transformer;
  before(async () => {
    await openDevice('native', 1);
    await writeRandomLlama(path.join(folder.path, 'small'));
    model = openModel(await readModelFolder(path.join(folder.path, 'small')));
  });
  after(() => model.dispose());

  const samples = fc.sample(sampleOf(13, smallLlama.vocab_size), { numRuns: 8, seed: 21 });
  async function scored(mode: (typeof modes)[number], batchSize: number, taylor = true): Promise<Numbers> {
    const order = orderOf(samples, batchSize, path.join(folder.path, 'unit'));
    return numbersOf(model, order, await updatesOf(model, settingsOf(mode, { taylor }), order));
  }

  for (const mode of modes) {
    it(`are those of gradients added up by hand (${mode})`, async () => {
      const { whole } = await scored(mode, 3);
      const wanted = await byHand(model, samples);
      model.modules.forEach(({ path: name }, index) => {
        const [squares, salience] = wanted.get(name)!;
        close([whole[index]![0]], [squares!], 2e-6, `${name}, mean gradient`);
        close([whole[index]![1]], [salience!], 2e-6, `${name}, salience`);
      });
    });

    it(`are the same in several batches as in one (${mode})`, async () => {
      const one = await scored(mode, samples.length);
      for (const batchSize of [1, 3]) {
        const several = await scored(mode, batchSize);
        several.whole.forEach((values, index) => {
          const { path: name } = model.modules[index]!;
          values!.forEach((value, which) => close([value], [one.whole[index]![which]!], 1e-6, name));
        });
      }
    });

    it(`change nothing of what each sample has alone, and are there only where asked (${mode})`, async () => {
      const without = await scored(mode, 3, false);
      const { losses, norms, whole } = await scored(mode, 3);
      assert.deepEqual({ losses, norms }, { losses: without.losses, norms: without.norms });
      assert.ok(without.whole.every((values) => values === undefined));
      assert.ok(whole.every((values) => values!.every((value) => value > 0)));
    });
  }

  it('are the very same on a tape and block by block', async () => {
    assert.deepEqual(await scored('streaming', 3), await scored('tape', 3));
  });

  it('are at most the mean of the squared norms: the norm of a mean is at most the mean of norms', async () => {
    const { norms, whole } = await scored('tape', 2);
    norms.forEach((row, index) => {
      const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
      assert.ok(whole[index]![0] < mean);
    });
  });
});
