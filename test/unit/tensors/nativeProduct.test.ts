import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { openDevice } from '../../../src/tensors/device';
import { wasmBackend } from '../../../src/tensors/wasmHeap';
import { close } from './close';
import { exactProduct, mixedBatches, plainBatches, productCase, sidesOf } from './products';

describe("matMul on 'native'", () => {
  before(() => openDevice('native', 1));

  it('equals the definition for every orientation and broadcast, and leaves nothing behind', () => {
    const data = tf.engine().backend.numDataIds();
    fc.assert(
      fc.property(productCase([...plainBatches, ...mixedBatches]), (of) => {
        const { a, b } = sidesOf(of);
        const { shape, values } = exactProduct(of);
        const { aShape, bShape, transposeA, transposeB } = of;
        const product = tf.tidy(() => {
          const out = tf.matMul(tf.tensor(a, [...aShape]), tf.tensor(b, [...bShape]), transposeA, transposeB);
          assert.deepEqual(out.shape, shape);
          return out.dataSync();
        });
        close(product, values, 1e-5, JSON.stringify(of));
      }),
      { numRuns: 100, seed: 2 },
    );
    assert.equal(tf.engine().backend.numDataIds(), data);
  });

  it('keeps products without rows, columns or inner entries', () => {
    tf.tidy(() => {
      const empty = (...shape: number[]): tf.Tensor => tf.tensor(new Float32Array(0), shape);
      assert.deepEqual(tf.matMul(empty(0, 3), tf.ones([3, 2])).shape, [0, 2]);
      assert.deepEqual(tf.matMul(tf.ones([2, 3]), empty(3, 0)).shape, [2, 0]);
      assert.deepEqual([...tf.matMul(empty(2, 0), empty(0, 2)).dataSync()], [0, 0, 0, 0]);
    });
  });

  it('computes on tensors from before the heap grew', () => {
    tf.tidy(() => {
      const left = tf.tensor2d([1, 2, 3, 4], [2, 2]);
      const memory = (): ArrayBufferLike => wasmBackend().wasm.HEAPU8.buffer;
      const before = memory();
      for (let megabytes = 4; memory() === before && megabytes < 1000; megabytes *= 2) {
        tf.ones([megabytes, 250_000]);
      }
      assert.notEqual(memory(), before, 'the heap has grown');
      assert.deepEqual([...tf.matMul(left, left, false, true).dataSync()], [5, 11, 11, 25]);
    });
  });
});
