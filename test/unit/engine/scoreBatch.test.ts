import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import path from 'node:path';
import { scoreBatch } from '../../../src/engine/scoreBatch';
import { readModelFolder } from '../../../src/files/modelFolder';
import { makeBatches, type Batch } from '../../../src/models/batches';
import type { CausalModel } from '../../../src/models/causalModel';
import { openModel } from '../../../src/models/openModel';
import type { Sample } from '../../../src/models/samples';
import { openDevice } from '../../../src/tensors/device';
import { wasmBackend } from '../../../src/tensors/wasmHeap';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { smallLlama, writeRandomLlama } from '../models/randomLlama';
import { sampleOf } from '../models/tokenizedSamples';
import { close } from '../tensors/close';

const never = new AbortController().signal;

/** Squared norms [sample][module] and losses, from the samples batched in some way. */
async function scoresOf(
  model: CausalModel,
  samples: readonly Sample[],
  batches: readonly Batch[],
): Promise<{ norms: number[][]; losses: number[] }> {
  const norms: number[][] = samples.map(() => []);
  const losses: number[] = samples.map(() => NaN);
  for (const batch of batches) {
    const scores = await scoreBatch(model, batch, never);
    batch.members.forEach((member, row) => {
      norms[member] = scores.squaredNorms.map((values) => values[row]!);
      losses[member] = scores.losses[row]!;
    });
  }
  return { norms, losses };
}

describe('scoreBatch', () => {
  const folder = temporaryFolder();
  let model: CausalModel;
  const open = async (name: string): Promise<CausalModel> =>
    openModel(await readModelFolder(path.join(folder.path, name)));
  before(async () => {
    await openDevice('native', 1);
    await writeRandomLlama(path.join(folder.path, 'small'));
    model = await open('small');
  });
  after(() => model.dispose());

  it('gives each sample the same numbers alone, with others, and however far it is padded', async () => {
    const samples = fc.array(sampleOf(13, smallLlama.vocab_size), { minLength: 2, maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(samples, fc.integer({ min: 2, max: 5 }), async (all, batchSize) => {
        const alone = await scoresOf(model, all, makeBatches(all, 1, 1));
        const together = await scoresOf(model, all, makeBatches(all, batchSize, 1));
        all.forEach((_, sample) => {
          close([together.losses[sample]!], [alone.losses[sample]!], 1e-5, `loss of ${sample}`);
          alone.norms[sample]!.forEach((norm, module) =>
            close([together.norms[sample]![module]!], [norm], 1e-5, `sample ${sample}, module ${module}`),
          );
        });
      }),
      { numRuns: 12, seed: 15 },
    );
  });

  it('does not look at what stands in the padding', async () => {
    const batch: Batch = {
      ...makeBatches(
        [
          { ids: [3, 4, 5], targets: [3, 4, 5] },
          { ids: [6, 7, 8, 9, 10], targets: [6, 7, 8, 9, 10] },
        ],
        2,
        1,
      )[0]!,
    };
    const other = { ...batch, ids: batch.ids.map((id, index) => (index === 3 || index === 4 ? 39 : id)) };
    const [one, two] = [await scoreBatch(model, batch, never), await scoreBatch(model, other, never)];
    assert.notDeepEqual(batch.ids, other.ids);
    assert.deepEqual(two.squaredNorms, one.squaredNorms);
    assert.deepEqual(two.losses, one.losses);
  });

  it('repeats itself to the last digit and leaves no tensor behind', async () => {
    const samples = fc.sample(sampleOf(13, smallLlama.vocab_size), { numRuns: 6, seed: 16 });
    const batches = makeBatches(samples, 3, 1);
    const first = await scoresOf(model, samples, batches);
    const tensors = tf.memory().numTensors;
    assert.deepEqual(await scoresOf(model, samples, batches), first);
    assert.equal(tf.memory().numTensors, tensors);
  });

  it('stops where the signal fires, at every step, and leaves no tensor behind', async () => {
    const batch = makeBatches([{ ids: [1, 2, 3, 4], targets: [1, 2, 3, 4] }], 1, 1)[0]!;
    await scoreBatch(model, batch, never);
    const [tensors, data] = [tf.memory().numTensors, tf.engine().backend.numDataIds()];
    let looks = 0;
    await scoreBatch(
      model,
      batch,
      signalAt(Infinity, () => looks++),
    );
    assert.equal(looks, 2 * model.layers, 'once before each block, forward and backward');
    for (let at = 0; at < looks; at++) {
      await rejectsWith(scoreBatch(model, batch, signalAt(at)), 'cancelled');
      assert.equal(tf.memory().numTensors, tensors, `cancelled at step ${at}`);
      assert.equal(tf.engine().backend.numDataIds(), data);
    }
  });

  it('lets a message in between two blocks: a real signal stops it', async () => {
    const batch = makeBatches([{ ids: [1, 2, 3, 4], targets: [1, 2, 3, 4] }], 1, 1)[0]!;
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    await rejectsWith(scoreBatch(model, batch, controller.signal), 'cancelled');
  });

  it('names the sample whose loss is not finite, and leaves no tensor behind', async () => {
    await writeRandomLlama(path.join(folder.path, 'huge'), smallLlama, (tensors) =>
      tensors.map((tensor) =>
        tensor.name === 'model.norm.weight'
          ? { ...tensor, data: new Float32Array(tensor.data.length).fill(3e38) }
          : tensor,
      ),
    );
    const huge = await open('huge');
    const tensors = tf.memory().numTensors;
    const samples: Sample[] = [{ ids: [1, 2, 3], targets: [1, 2, 3] }];
    const [batch] = makeBatches(samples, 1, 1);
    await rejectsWith(scoreBatch(huge, batch!, never), 'loss-not-finite', /The loss of sample 0 is /);
    huge.dispose();
    assert.equal(tf.memory().numTensors, tensors);
  });

  it('leaves no tensor behind where the heap is full, at whichever allocation', async () => {
    const batch = makeBatches([{ ids: [1, 2, 3, 4], targets: [1, 2, 3, 4] }], 1, 1)[0]!;
    await scoreBatch(model, batch, never);
    const tensors = tf.memory().numTensors;
    const { wasm } = wasmBackend();
    const malloc = wasm._malloc;
    const failAt = async (last: number): Promise<number> => {
      let allocations = 0;
      wasm._malloc = (bytes) => malloc(++allocations > last ? 2 ** 33 : bytes);
      try {
        await scoreBatch(model, batch, never);
      } finally {
        wasm._malloc = malloc;
      }
      return allocations;
    };
    const all = await failAt(Infinity);
    for (let at = 0; at < all; at += 3) {
      await rejectsWith(failAt(at), 'out-of-memory');
      assert.equal(tf.memory().numTensors, tensors, `full at allocation ${at} of ${all}`);
    }
  });

  it('keeps nothing where the data has an unknown token', async () => {
    const tensors = tf.memory().numTensors;
    const [batch] = makeBatches([{ ids: [1, 99], targets: [1, 99] }], 1, 1);
    await rejectsWith(scoreBatch(model, batch!, never), 'data-line-invalid');
    assert.equal(tf.memory().numTensors, tensors);
  });
});

/** A signal that reads as aborted from the given look at it on. */
function signalAt(step: number, looked: () => void = () => undefined): AbortSignal {
  let looks = 0;
  return Object.defineProperty(new AbortController().signal, 'aborted', {
    get: () => {
      looked();
      return looks++ >= step;
    },
  });
}
