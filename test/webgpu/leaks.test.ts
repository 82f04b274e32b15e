import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { openDevice } from '../../src/tensors/device';
import { activate } from '../../src/tensors/ops/elementwise';
import { frozenLinear } from '../../src/tensors/ops/linear';
import { SampleNorms } from '../../src/tensors/perSample';
import { trace } from '../../src/tensors/tape';
import type { Device } from '../../src/shared/words';
import { allocatedBytes } from '../../src/tensors/webgpu/pool';

/**
 * Counts of tensors, data and bytes are exact: what each step leaves behind shows in the first. What only some leave does in
 * so many, ten at a time: a card is handed its work every 15 operations, and returns buffers to the pool when it has done it.
 */
const steps = 600;

describe(`${steps} steps forth and back on webgpu`, () => {
  before(() => openDevice((process.env['ADAPTER_LAB_TEST_DEVICE'] ?? 'webgpu') as Device));

  it('leave no tensor, no data and no memory of the card behind', async function () {
    this.timeout(300_000);
    const weight = tf.tensor2d([1, -2, 3, 0.5, 2, -1], [3, 2]);
    /** @returns the first sample's squared norm, when the card has it */
    const step = async (): Promise<number> => {
      const x = tf.tensor2d([0.1, 0.2, 0.3, 0.4], [2, 2]);
      const norms = new SampleNorms(2);
      const read: Promise<Float64Array>[] = [];
      const traced = trace([x], ([input]) => {
        const record = (inputs: tf.Tensor2D, dy: tf.Tensor2D): void => {
          read.push(Promise.resolve(norms.of(inputs, dy)));
        };
        return activate(
          frozenLinear(input as tf.Tensor2D, { weight, orientation: 'out-in' }, { record }),
          'silu',
        );
      });
      tf.dispose(traced.pullback(tf.onesLike(traced.value)));
      traced.dispose();
      norms.dispose();
      x.dispose();
      return (await read[0])![0]!;
    };
    const held = (): number[] => [
      tf.memory().numTensors,
      tf.engine().backend.numDataIds(),
      allocatedBytes(tf.backend()),
    ];
    const first = await step();
    for (let i = 0; i < 5; i++) await Promise.all(Array.from({ length: 10 }, step));
    const before = held();
    // Ten at a time: a card is given work while it still has some.
    for (let i = 0; i < steps; i += 10) {
      const some = await Promise.all(Array.from({ length: 10 }, step));
      assert.ok(some.every((value) => value === first));
    }
    assert.deepEqual(held(), before);
    weight.dispose();
  });
});
