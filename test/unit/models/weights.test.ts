import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import path from 'node:path';
import { readModelFolder, type ModelFolder } from '../../../src/files/modelFolder';
import type { TensorToWrite } from '../../../src/files/safetensorsWrite';
import { loadTensors } from '../../../src/models/weights';
import { openDevice } from '../../../src/tensors/device';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { smallLlama, writeRandomLlama } from './randomLlama';

const embedding = 'model.embed_tokens.weight';
const norm = 'model.norm.weight';

describe('loadTensors', () => {
  const folder = temporaryFolder();
  let count = 0;
  before(() => openDevice('native', 1));

  const model = async (change?: (tensors: TensorToWrite[]) => TensorToWrite[]): Promise<ModelFolder> => {
    const dir = path.join(folder.path, `model ${count++}`);
    await writeRandomLlama(dir, smallLlama, change);
    return readModelFolder(dir);
  };
  const withNorm = (value: number): Promise<ModelFolder> =>
    model((tensors) =>
      tensors.map((tensor) =>
        tensor.name === norm
          ? { ...tensor, data: tensor.data.map((old, index) => (index === 3 ? value : old)) }
          : tensor,
      ),
    );

  it('puts the stored numbers on the device, in the stored shape', async () => {
    let stored: readonly TensorToWrite[] = [];
    const written = await model((tensors) => (stored = tensors) && tensors);
    const loaded = await loadTensors(written, { [embedding]: [40, 16], [norm]: [16] });
    assert.deepEqual(Object.keys(loaded), [embedding, norm]);
    for (const name of [embedding, norm]) {
      const { shape, data } = stored.find((tensor) => tensor.name === name)!;
      assert.deepEqual(loaded[name]!.shape, shape);
      assert.deepEqual(loaded[name]!.dataSync(), data);
    }
    tf.dispose(loaded);
  });

  const refused: readonly [
    what: string,
    code: 'model-tensor-missing' | 'model-tensor-shape' | 'weights-not-finite',
    message: RegExp,
    open: () => Promise<ModelFolder>,
    shape: readonly number[],
  ][] = [
    [
      'a tensor that is not there',
      'model-tensor-missing',
      /model \d+ has no tensor model\.norm\.weight/,
      () => model((tensors) => tensors.filter(({ name }) => name !== norm)),
      [16],
    ],
    [
      'another shape',
      'model-tensor-shape',
      /model\.norm\.weight in .*model\.safetensors is \[16\]; config\.json asks for \[4, 4\]/,
      () => model(),
      [4, 4],
    ],
    [
      'a NaN',
      'weights-not-finite',
      /model\.norm\.weight in .*model\.safetensors holds NaN at entry 3/,
      () => withNorm(NaN),
      [16],
    ],
    ['an infinity', 'weights-not-finite', /holds -Infinity at entry 3/, () => withNorm(-Infinity), [16]],
  ];
  for (const [what, code, message, open, shape] of refused) {
    it(`refuses ${what}, naming file and tensor, and keeps nothing`, async () => {
      const written = await open();
      const tensors = tf.memory().numTensors;
      await rejectsWith(loadTensors(written, { [embedding]: [40, 16], [norm]: shape }), code, message);
      assert.equal(tf.memory().numTensors, tensors);
    });
  }
});
