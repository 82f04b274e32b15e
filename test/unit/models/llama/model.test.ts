import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import path from 'node:path';
import { readModelFolder } from '../../../../src/files/modelFolder';
import { makeBatches, type Batch } from '../../../../src/models/batches';
import type { CausalModel } from '../../../../src/models/causalModel';
import { openModel } from '../../../../src/models/openModel';
import { openDevice } from '../../../../src/tensors/device';
import { temporaryFolder } from '../../files/temporary';
import { rejectsWith } from '../../files/throwsCode';
import { writeRandomLlama } from '../randomLlama';

const batchOf = (ids: number[], targets = ids): Batch => makeBatches([{ ids, targets }], 1, 1)[0]!;

describe('Llama model', () => {
  const folder = temporaryFolder();
  let model: CausalModel;
  let tensors = 0;
  before(async () => {
    await openDevice('native', 1);
    await writeRandomLlama(path.join(folder.path, 'llama'));
  });
  beforeEach(async () => {
    tensors = tf.memory().numTensors;
    model = openModel(await readModelFolder(path.join(folder.path, 'llama')));
  });
  afterEach(() => {
    model.dispose();
    assert.equal(tf.memory().numTensors, tensors, 'dispose frees everything');
  });

  it('reads weights at their first use and once', async () => {
    const batch = batchOf([1, 2, 3]);
    assert.equal(tf.memory().numTensors, tensors);
    (await model.embed(batch)).dispose();
    await model.loadBlock(0);
    await model.loadHead();
    const held = tf.memory().numTensors;
    (await model.embed(batch)).dispose();
    await model.loadBlock(0);
    await model.loadHead();
    assert.equal(tf.memory().numTensors, held);
  });

  it('does not let a token see those behind it', async () => {
    await model.loadBlock(0);
    const first = async (...ids: number[]): Promise<number[]> => {
      const batch = batchOf(ids);
      const x = await model.embed(batch);
      const out = tf.tidy(() => [...model.block(0, x, batch).slice([0, 0], [2, 16]).dataSync()]);
      x.dispose();
      return out;
    };
    assert.deepEqual(await first(1, 2, 3, 4), await first(1, 2, 9, 8));
    assert.notDeepEqual(await first(1, 2, 3, 4), await first(5, 2, 3, 4));
  });

  for (const [what, batch] of [
    ['a token beyond the vocabulary', batchOf([1, 40, 2], [1, 2, 2])],
    ['a token below 0', batchOf([1, -1, 2], [1, 2, 2])],
    ['a label beyond the vocabulary', batchOf([1, 2, 3], [1, 2, 40])],
    ['a label below 0 that is not -100', batchOf([1, 2, 3], [1, -1, 3])],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await rejectsWith(
        model.embed(batch),
        'data-line-invalid',
        /has token (40|-1); the model knows 0 to 39/,
      );
    });
  }
});
