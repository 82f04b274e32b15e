import assert from 'node:assert/strict';
import path from 'node:path';
import { cutRows, largestTensor } from '../../src/tensors/cardLimits';
import { openDevice } from '../../src/tensors/device';
import { electronRefusal, softwareVariable } from '../../src/tensors/webgpu/start';
import { DeviceProcess } from '../unit/tensors/deviceProcess';

const world = (name: string): string => path.join(__dirname, 'worlds', `${name}.ts`);

describe('the device webgpu on a software card', () => {
  it('opens where it is forced, with the name of the card and what it can be given', async () => {
    const { description, card, gflops } = await openDevice('webgpu');
    assert.match(description, /^SwiftShader.*, WebGPU by Dawn/);
    assert.equal(card?.sharedMemory, true);
    // More than what a device binds that asked for nothing.
    assert.ok(card.tensorBytes > 128 * 2 ** 20, String(card.tensorBytes));
    assert.equal(largestTensor(), card.tensorBytes);
    assert.deepEqual(cutRows(10, 1), [[0, 10]]);
    assert.ok(gflops > 0 && gflops < 100, String(gflops));
  });

  it('is refused by default, as a sentence says, and the next device is taken', async () => {
    const engine = new DeviceProcess({ env: { [softwareVariable]: '' } });
    const { device, refused } = await engine.ask('open', { device: 'auto' });
    await engine.end();
    assert.notEqual(device, 'webgpu');
    const reason = refused.find(({ device: name }) => name === 'webgpu')?.reason ?? '';
    // A machine with a card of its own would not be asked to run these tests.
    assert.match(reason, /no graphics card|is software on the CPU/);
  });

  it('is refused where memory of others is, as in Electron, and the next device is taken', async () => {
    const engine = new DeviceProcess({ preload: world('guardedMemory') });
    const { device, backend, refused } = await engine.ask('open', { device: 'auto' });
    await engine.end();
    assert.notEqual(device, 'webgpu');
    assert.notEqual(backend, 'webgpu');
    assert.equal(refused.find(({ device: name }) => name === 'webgpu')?.reason, electronRefusal);
  });
});
