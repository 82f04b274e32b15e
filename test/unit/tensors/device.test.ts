import assert from 'node:assert/strict';
import { openDevice } from '../../../src/tensors/device';
import { rejectsWith } from '../files/throwsCode';
import { DeviceProcess } from './deviceProcess';

describe('openDevice', () => {
  before(() => openDevice('native', 1));

  it('gives the open device again, by its name or as auto', async () => {
    const opened = await openDevice('native', 1);
    assert.equal(opened.device, 'native');
    assert.match(opened.description, /ONNX Runtime/);
    assert.ok(Number.isFinite(opened.gflops) && opened.gflops > 0);
    assert.equal(await openDevice('auto'), opened);
  });

  it('refuses another device in the same process, naming both', async () => {
    for (const other of ['wasm', 'cpu', 'webgpu'] as const) {
      await rejectsWith(openDevice(other), 'device-unavailable', new RegExp(`'native', not '${other}'`));
    }
  });
});

describe('openDevice in a fresh process', () => {
  let engine: DeviceProcess;
  before(() => {
    engine = new DeviceProcess();
  });
  after(() => engine.end());

  it('names the choices where this version has no such device, and opens another afterwards', async () => {
    await assert.rejects(engine.ask('open', { device: 'webgpu' }), {
      code: 'device-unavailable',
      message: "The device 'webgpu' cannot be used: this version has no such device.",
      next: 'Choose auto, or tensorflow, or native, or wasm.',
    });
    assert.deepEqual(await engine.ask('open', { device: 'cpu' }), { device: 'cpu', backend: 'cpu' });
  });
});
