import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { openDevice } from '../../../src/tensors/device';
import { measureGflops } from '../../../src/tensors/probe';

describe('measureGflops', () => {
  before(() => openDevice('native', 1));

  it('is a finite number above 0 however small its budget, and leaves no tensor behind', async () => {
    const tensors = tf.memory().numTensors;
    for (const budget of [0, 3]) {
      const gflops = await measureGflops(budget);
      assert.ok(Number.isFinite(gflops) && gflops > 0, String(gflops));
    }
    assert.equal(tf.memory().numTensors, tensors);
  });
});
