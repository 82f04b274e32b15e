import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { scoreBatch } from '../../../src/engine/scoreBatch';
import { readModelFolder } from '../../../src/files/modelFolder';
import { makeBatches } from '../../../src/models/batches';
import type { CausalModel } from '../../../src/models/causalModel';
import { generate } from '../../../src/models/generate';
import { openModel } from '../../../src/models/openModel';
import { ignored } from '../../../src/models/samples';
import { openDevice } from '../../../src/tensors/device';
import { temporaryFolder } from '../files/temporary';
import { smallLlama, writeRandomLlama } from './randomLlama';

/** The token of least loss behind a text, tried one by one. */
async function likeliest(model: CausalModel, text: readonly number[]): Promise<number> {
  const candidates = Array.from({ length: model.vocabulary }, (_, token) => ({
    ids: [...text, token],
    targets: [...text.map(() => ignored), token],
  }));
  const [batch] = makeBatches(candidates, candidates.length, 1);
  const { losses } = await scoreBatch(model, batch!, new AbortController().signal);
  return batch!.members[losses.indexOf(Math.min(...losses))]!;
}

describe('generate', () => {
  const folder = temporaryFolder();
  let model: CausalModel;
  before(async () => {
    await openDevice('native', 1);
    await writeRandomLlama(folder.path, { ...smallLlama, max_position_embeddings: 12 });
    model = openModel(await readModelFolder(folder.path));
  });
  after(() => model.dispose());

  it('adds the likeliest token each time, and leaves no tensor behind', async () => {
    const added = await generate(model, [3, 1, 4], 4);
    assert.equal(added.length, 4);
    const tensors = tf.memory().numTensors;
    assert.deepEqual(await generate(model, [3, 1, 4], 4), added);
    assert.equal(tf.memory().numTensors, tensors);
    const text = [3, 1, 4];
    for (const token of added) {
      assert.equal(token, await likeliest(model, text));
      text.push(token);
    }
  });

  it('ends before the stop token', async () => {
    const added = await generate(model, [3, 1, 4], 4);
    const stop = added[2]!;
    assert.deepEqual(await generate(model, [3, 1, 4], 4, stop), added.slice(0, added.indexOf(stop)));
  });

  it("ends with the model's positions", async () => {
    assert.equal((await generate(model, [3, 1, 4], 100)).length, 8);
  });
});
