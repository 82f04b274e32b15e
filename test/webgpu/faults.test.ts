import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import type { LabError } from '../../src/shared/errors';
import { openDevice } from '../../src/tensors/device';
import { readNumbers } from '../../src/tensors/readBack';
import { requireSoundGpu, watch } from '../../src/tensors/webgpu/faults';

/** A device as far as faults are concerned, to be told what a driver would tell. */
function driver(): { device: GPUDevice; lose: (reason: string, message: string) => Promise<void> } {
  let lose: (info: { reason: string; message: string }) => void = () => undefined;
  const lost = new Promise<{ reason: string; message: string }>((resolve) => (lose = resolve));
  return {
    device: { lost } as unknown as GPUDevice,
    lose: async (reason, message) => {
      lose({ reason, message });
      await lost;
    },
  };
}

const faultNow = (): LabError | undefined => {
  try {
    requireSoundGpu();
    return undefined;
  } catch (error) {
    return error as LabError;
  }
};

describe('faults of a card', () => {
  before(() => openDevice('webgpu'));
  // A sound one, for whoever comes next.
  after(() => watch(driver().device, 'a card'));

  const errorOf = (kind: string, message: string): GPUError =>
    new (globalThis as unknown as Record<string, new (message: string) => GPUError>)[kind]!(message);
  const tell = (device: GPUDevice, error: GPUError): void =>
    void device.onuncapturederror?.({ error } as GPUUncapturedErrorEvent);

  it('are none before anything is told', () => {
    watch(driver().device, 'RTX Test');
    assert.equal(faultNow(), undefined);
  });

  it('a full memory is out-of-memory, with the card and what to do', () => {
    const { device } = driver();
    watch(device, 'RTX Test');
    tell(device, errorOf('GPUOutOfMemoryError', 'Buffer allocation failed\n - While calling CreateBuffer'));
    assert.equal(faultNow()?.code, 'out-of-memory');
    assert.equal(faultNow()?.message, 'The memory of RTX Test is full: Buffer allocation failed.');
  });

  it('a reset of the driver is device-lost; the end of our own making is none', async () => {
    const [reset, ended] = [driver(), driver()];
    watch(ended.device, 'RTX Test');
    await ended.lose('destroyed', 'device was destroyed');
    assert.equal(faultNow(), undefined);
    watch(reset.device, 'RTX Test');
    await reset.lose('unknown', 'VK_ERROR_DEVICE_LOST');
    assert.equal(faultNow()?.code, 'device-lost');
    assert.match(faultNow()?.message ?? '', /^RTX Test was lost, .*: VK_ERROR_DEVICE_LOST\.$/);
    assert.match(faultNow()?.next ?? '', /^Resume the run/);
  });

  it('the first one stands: what follows is its consequence', () => {
    const { device } = driver();
    watch(device, 'RTX Test');
    tell(device, errorOf('GPUOutOfMemoryError', 'full'));
    tell(device, errorOf('GPUValidationError', 'Buffer is invalid.'));
    assert.equal(faultNow()?.code, 'out-of-memory');
  });

  it('are met by whoever reads numbers of the card, which are none any more', async () => {
    const { device } = driver();
    watch(device, 'RTX Test');
    const x = tf.ones([4]);
    assert.deepEqual([...(await readNumbers(x))], [1, 1, 1, 1]);
    tell(device, errorOf('GPUValidationError', 'Binding size is too large.'));
    const before = tf.memory().numTensors;
    await assert.rejects(Promise.resolve(readNumbers(x)), { code: 'device-failed' });
    assert.equal(tf.memory().numTensors, before);
    x.dispose();
  });
});
