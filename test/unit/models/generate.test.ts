import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { readModelFolder } from '../../../src/files/modelFolder';
import { makeBatches } from '../../../src/models/batches';
import { generate } from '../../../src/models/generate';
import { openModel } from '../../../src/models/openModel';
import { ignored } from '../../../src/models/samples';
import type { Transformer } from '../../../src/models/transformer';
import { openDevice } from '../../../src/tensors/device';
import { openFixture } from '../../reference/fixture';
import { temporaryFolder } from '../files/temporary';
import { lossesOf } from './losses';
import { smallLlama, writeRandomLlama } from './randomLlama';

/** The token of least loss behind a text, tried one by one. */
async function likeliest(model: Transformer, text: readonly number[]): Promise<number> {
  const candidates = Array.from({ length: model.spec.vocabulary }, (_, token) => ({
    ids: [...text, token],
    targets: [...text.map(() => ignored), token],
  }));
  const losses = await lossesOf(model, makeBatches(candidates, candidates.length, 1));
  return losses.indexOf(Math.min(...losses));
}

describe('generate', () => {
  const folder = temporaryFolder();
  let model: Transformer;
  before(async () => {
    await openDevice('native', 1);
    await writeRandomLlama(folder.path, { ...smallLlama, max_position_embeddings: 12 });
    model = openModel(await readModelFolder(folder.path));
  });
  after(() => model.dispose());

  it('adds the likeliest token each time, and leaves no tensor behind', async () => {
    const added = await generate(model, [3, 1, 4], 4);
    assert.equal(added.length, 4);
    const before = [tf.memory().numTensors, tf.engine().backend.numDataIds()];
    assert.deepEqual(await generate(model, [3, 1, 4], 4), added);
    assert.deepEqual([tf.memory().numTensors, tf.engine().backend.numDataIds()], before);
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

  it('takes any decoder, and no model that classifies', async () => {
    for (const name of ['gpt2-1', 'opt-post-1', 'gemma2-1', 'phi-1']) {
      const { model: other } = await openFixture(name);
      const [token] = await generate(other, [3, 1, 4], 1);
      assert.equal(token, await likeliest(other, [3, 1, 4]), name);
      await other.dispose();
    }
    const { model: classifier } = await openFixture('bert-1');
    await assert.rejects(generate(classifier, [3], 1), /A model that classifies continues no text/);
    await classifier.dispose();
  });
});
