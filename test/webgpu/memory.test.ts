import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import path from 'node:path';
import { cardHolder } from '../../src/engine/scoring/holder';
import { scoringBytes } from '../../src/engine/scoring/memory';
import { BatchRecorder } from '../../src/engine/scoring/recorder';
import { loadWhole, scoreOnTape } from '../../src/engine/scoring/tapePass';
import { readModelFolder } from '../../src/files/modelFolder';
import { makeBatches } from '../../src/models/batches';
import { openModel } from '../../src/models/openModel';
import type { AnySample } from '../../src/models/samples';
import type { Transformer } from '../../src/models/transformer';
import { openDevice } from '../../src/tensors/device';
import { openFixture } from '../reference/fixture';
import { temporaryFolder } from '../unit/files/temporary';
import { smallLlama, writeRandomLlama } from '../unit/models/randomLlama';

/** The largest sum of tensors that the card held while `run` ran. */
async function peakOf(run: () => Promise<unknown>): Promise<number> {
  const { bufferManager } = tf.backend() as unknown as {
    bufferManager: { numBytesUsed: number; acquireBuffer: (...args: unknown[]) => unknown };
  };
  const acquire = bufferManager.acquireBuffer;
  const before = bufferManager.numBytesUsed;
  let peak = 0;
  bufferManager.acquireBuffer = function (...args) {
    const buffer = acquire.apply(this, args);
    peak = Math.max(peak, this.numBytesUsed - before);
    return buffer;
  };
  try {
    await run();
    return peak;
  } finally {
    bufferManager.acquireBuffer = acquire;
  }
}

describe('the estimate of what a card must hold', () => {
  const folder = temporaryFolder();
  before(() => openDevice('webgpu'));

  const check = async (model: Transformer, samples: readonly AnySample[]): Promise<void> => {
    const batches = makeBatches(samples, 8, 0);
    const card = cardHolder({ name: 'card', tensorBytes: Infinity, memoryBytes: 1e12, sharedMemory: false });
    const estimate = scoringBytes(model, 'tape', batches, false, card) - card.base;
    const peak = await peakOf(async () => {
      await loadWhole(model);
      for (const batch of batches) {
        const recorder = new BatchRecorder(batch.members.length);
        await scoreOnTape(model, batch, { kind: 'empirical' }, recorder);
        await recorder.squaredNorms();
        recorder.dispose();
      }
    });
    await model.dispose();
    const words = `${(peak / 1e6).toFixed(2)} MB held, ${(estimate / 1e6).toFixed(2)} MB estimated`;
    assert.ok(peak <= estimate, `too little: ${words}`);
    assert.ok(peak >= estimate / 3, `far too much: ${words}`);
  };

  it('is enough and no more than three times too much for a Llama of many tokens', async () => {
    const name = path.join(folder.path, 'wide');
    await writeRandomLlama(name, { ...smallLlama, hidden_size: 64, intermediate_size: 256 });
    const ids = Array.from({ length: 48 }, (_, i) => i % 40);
    const samples = Array.from({ length: 8 }, () => ({ ids, targets: ids }));
    await check(openModel(await readModelFolder(name)), samples);
  });

  for (const name of ['bert-1', 'gpt2-1', 'gemma2-1', 'phi-1']) {
    it(`is for ${name}`, async () => {
      const { model, samples } = await openFixture(name);
      await check(model, samples);
    });
  }
});
