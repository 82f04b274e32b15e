import assert from 'node:assert/strict';
import path from 'node:path';
import { openDevice } from '../../../src/tensors/device';
import { electronRefusal } from '../../../src/tensors/webgpu/start';
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

const inElectron = path.join(__dirname, 'inElectron.ts');

describe('openDevice in a fresh process', () => {
  let engine: DeviceProcess;
  afterEach(() => engine.end());

  it("names reason and choices where a device is refused in VS Code's own runtime, and opens another", async () => {
    engine = new DeviceProcess({ preload: inElectron });
    await assert.rejects(engine.ask('open', { device: 'webgpu' }), {
      code: 'device-unavailable',
      message: `The device 'webgpu' cannot be used: ${electronRefusal}`,
      next: 'Choose auto, or tensorflow, or native, or wasm.',
    });
    const { device, backend, refused } = await engine.ask('open', { device: 'cpu' });
    assert.deepEqual([device, backend, refused], ['cpu', 'cpu', []]);
  });

  it("falls through to a device that works in VS Code's own runtime, with the sentence", async () => {
    engine = new DeviceProcess({ preload: inElectron });
    const { device, refused } = await engine.ask('open', { device: 'auto' });
    assert.ok(device === 'native' || device === 'tensorflow', device);
    if (device === 'tensorflow') return;
    assert.deepEqual(
      refused.map(({ device: name }) => name),
      ['tensorflow', 'webgpu'],
    );
    assert.equal(refused[1]?.reason, electronRefusal);
  });
});
