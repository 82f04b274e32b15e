import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import manifest from '../../../package.json';
import { openDevice } from '../../../src/tensors/device';
import { floatView, guardMalloc, intView, wasmBackend } from '../../../src/tensors/wasmHeap';
import { throwsWith } from '../files/throwsCode';

describe("tfjs's wasm heap", () => {
  before(() => openDevice('native', 1));

  it('is of the version that package.json pins', () => {
    const { dependencies } = manifest;
    assert.equal(dependencies['@tensorflow/tfjs'], tf.version.tfjs, 'pin the exact version');
    assert.equal(dependencies['@tensorflow/tfjs-backend-wasm'], tf.version.tfjs);
  });

  it('has the members that src/tensors/wasmHeap.ts uses', () => {
    const { wasm, dataIdMap, makeOutput, incRef } = wasmBackend();
    const adapt = 'adapt src/tensors/wasmHeap.ts';
    assert.ok(wasm.HEAPU8 instanceof Uint8Array, `HEAPU8 is gone: ${adapt}`);
    for (const member of [wasm._malloc, wasm._free, dataIdMap.get, makeOutput, incRef]) {
      assert.equal(typeof member, 'function', adapt);
    }
  });

  it('shows tensors where they lie, and changes through the views', () => {
    tf.tidy(() => {
      const floats = tf.tensor1d([1.5, -2, 3]);
      const integers = tf.tensor1d([7, -8], 'int32');
      assert.deepEqual([...floatView(floats)], [1.5, -2, 3]);
      assert.deepEqual([...intView(integers)], [7, -8]);
      floatView(floats)[1] = 4;
      assert.deepEqual([...floats.dataSync()], [1.5, 4, 3]);
    });
  });
});

describe('malloc guard', () => {
  before(() => openDevice('native', 1));

  it('turns a refused allocation into out-of-memory, with nothing written at address 0', () => {
    const { wasm } = wasmBackend();
    const malloc = wasm._malloc;
    const [tensors, data] = [tf.memory().numTensors, tf.engine().backend.numDataIds()];
    const first = wasm.HEAPU8.slice(0, 4096);
    // What the wasm module's malloc gives when it cannot grow.
    wasm._malloc = () => 0;
    try {
      guardMalloc();
      throwsWith(() => tf.tensor1d(new Float32Array(1000).fill(3)), 'out-of-memory', /another 0\.0 MB/);
      throwsWith(() => wasmBackend().makeOutput([2_000_000], 'float32'), 'out-of-memory', /another 8\.0 MB/);
    } finally {
      wasm._malloc = malloc;
    }
    assert.deepEqual(wasm.HEAPU8.slice(0, 4096), first);
    assert.equal(tf.memory().numTensors, tensors);
    assert.equal(tf.engine().backend.numDataIds(), data);
  });

  it('stands in a device that was opened', () => {
    const { wasm } = wasmBackend();
    // Sizes that 32 bits cut to a small or a negative number; asked for more than once, because the guard must stay.
    for (const bytes of [2 ** 32 + 100, 2 ** 32 - 2 ** 16, 2 ** 33]) {
      throwsWith(() => wasm._malloc(bytes), 'out-of-memory');
    }
    const address = wasm._malloc(16);
    assert.ok(address > 0);
    wasm._free(address);
  });
});
