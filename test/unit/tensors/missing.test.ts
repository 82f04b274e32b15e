import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { openDevice } from '../../../src/tensors/device';
import { wasmBackend } from '../../../src/tensors/wasmHeap';
import { close } from './close';
import { numbers, sizeOf } from './numbers';

const addressOf = (x: tf.Tensor): number => wasmBackend().dataIdMap.get(x.dataId).memoryOffset;

describe('UnsortedSegmentSum on wasm', () => {
  before(() => openDevice('native', 1));

  it('adds rows up by id; ids below 0 and beyond the last are dropped', () => {
    const ids = fc.array(fc.integer({ min: -3, max: 7 }), { minLength: 1, maxLength: 12 });
    const row = fc.constantFrom([], [1], [3], [2, 3]);
    fc.assert(
      fc.property(ids, row, fc.integer({ min: 1, max: 5 }), (segments, rowShape, count) => {
        const width = sizeOf(rowShape);
        const values = numbers(segments.length * width, segments.length);
        const expected = new Float64Array(count * width);
        segments.forEach((segment, index) => {
          if (segment < 0 || segment >= count) return;
          for (let i = 0; i < width; i++) expected[segment * width + i]! += values[index * width + i]!;
        });
        const sums = tf.tidy(() => {
          const x = tf.tensor(values, [segments.length, ...rowShape]);
          const out = tf.unsortedSegmentSum(x, tf.tensor1d(segments, 'int32'), count);
          assert.deepEqual(out.shape, [count, ...rowShape]);
          return out.dataSync();
        });
        close(sums, expected, 1e-6, `${segments} into ${count}`);
      }),
      { numRuns: 200, seed: 4 },
    );
  });

  it('writes nothing outside of its result', () => {
    tf.tidy(() => {
      const before = tf.fill([4], 7);
      const ids = tf.tensor1d([-1, 2, 1000, -1000], 'int32');
      const sums = tf.unsortedSegmentSum(tf.ones([4, 4]), ids, 2);
      const after = tf.fill([4], 7);
      assert.deepEqual([...sums.dataSync()], [0, 0, 0, 0, 0, 0, 0, 0]);
      assert.deepEqual([...before.dataSync(), ...after.dataSync()], new Array(8).fill(7));
    });
  });

  it('makes the gradient of gather, so of an embedding', () => {
    tf.tidy(() => {
      const table = tf.tensor2d(numbers(12, 1), [4, 3]);
      const ids = tf.tensor1d([2, 0, 2], 'int32');
      const dy = tf.tensor2d([1, 2, 3, 10, 20, 30, 100, 200, 300], [3, 3]);
      const gradient = tf.grad((x: tf.Tensor) => tf.gather(x as tf.Tensor2D, ids))(table, dy);
      assert.deepEqual([...gradient.dataSync()], [10, 20, 30, 0, 0, 0, 101, 202, 303, 0, 0, 0]);
    });
  });
});

describe('Identity on wasm', () => {
  before(() => openDevice('native', 1));

  it('shares the data: disposing of one keeps the other', () => {
    const ids = tf.engine().backend.numDataIds();
    for (const first of [0, 1] as const) {
      const x = tf.tensor1d([1, 2, 3]);
      const clone = x.clone();
      assert.equal(addressOf(clone), addressOf(x));
      const pair = [x, clone] as const;
      pair[first].dispose();
      // A new tensor of the same size would be put where the freed data was.
      const other = tf.tensor1d([9, 9, 9]);
      assert.deepEqual([...pair[1 - first]!.dataSync()], [1, 2, 3]);
      pair[1 - first]!.dispose();
      other.dispose();
    }
    assert.equal(tf.engine().backend.numDataIds(), ids);
  });

  it('counts every clone: the data goes with the last one', () => {
    const ids = tf.engine().backend.numDataIds();
    const x = tf.tensor1d([4, 5]);
    const clones = [x.clone(), x.clone(), x.clone()];
    x.dispose();
    clones.slice(0, 2).forEach((clone) => clone.dispose());
    assert.equal(tf.engine().backend.numDataIds(), ids + 1);
    assert.deepEqual([...clones[2]!.dataSync()], [4, 5]);
    clones[2]!.dispose();
    assert.equal(tf.engine().backend.numDataIds(), ids);
  });
});
