import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { recordFile, thisPlatform } from '../../../src/files/runtimes';
import { runtimesVariable } from '../../../src/shared/runtimes';
import { temporaryFolder } from '../files/temporary';
import { DeviceProcess } from './deviceProcess';

const tfjs = createRequire(__filename).resolve('@tensorflow/tfjs');

/**
 * What tfjs-node-gpu does when it is loaded, as far as it can be done without libtensorflow: it registers a backend of this
 * name, which here computes in plain JavaScript.
 */
const addon = `
const tf = require(${JSON.stringify(tfjs)});
tf.registerBackend('tensorflow', () => {
  const backend = new (tf.findBackendFactory('cpu')().constructor)();
  return Object.assign(backend, { isUsingGpuDevice: true, binding: { TF_Version: '2.9.1' } });
});
tf.copyRegisteredKernels('cpu', 'tensorflow');
exports.version = { 'tfjs-node': '4.22.0' };
`;

describe('tensorflow out of the folder of Install GPU Runtime', () => {
  const folder = temporaryFolder();
  let engine: DeviceProcess;
  afterEach(() => engine.end());

  const install = async (change: Record<string, unknown> = {}): Promise<void> => {
    const root = path.join(folder.path, 'tensorflow');
    const inside = path.join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
    await mkdir(inside, { recursive: true });
    await writeFile(path.join(inside, 'package.json'), JSON.stringify({ name: '@tensorflow/tfjs-node-gpu' }));
    await writeFile(path.join(inside, 'index.js'), addon);
    const record = {
      version: 1,
      id: 'tensorflow',
      platform: thisPlatform,
      packages: ['@tensorflow/tfjs-node-gpu@4.22.0'],
      installedAt: '2026-01-01T00:00:00.000Z',
      bytes: 1,
      files: [],
      ...change,
    };
    await writeFile(path.join(root, recordFile), JSON.stringify(record));
    engine = new DeviceProcess({ env: { [runtimesVariable]: folder.path } });
  };

  it('is taken first, and says library and versions', async () => {
    await install();
    const { device, description, refused } = await engine.ask('open', { device: 'auto' });
    assert.equal(device, 'tensorflow');
    assert.match(description, /@tensorflow\/tfjs-node-gpu 4\.22\.0, libtensorflow 2\.9\.1/);
    assert.deepEqual(refused, []);
  });

  it('is passed over where the folder was brought along from another machine', async () => {
    await install({ platform: 'win32-ia32' });
    const { device, refused } = await engine.ask('open', { device: 'auto' });
    assert.notEqual(device, 'tensorflow');
    assert.match(refused[0]?.reason ?? '', /tfjs-node-gpu is (not installed|there without libtensorflow)/);
  });
});
