import assert from 'node:assert/strict';
import { delimiter } from 'node:path';
import { confirmation } from '../../../src/extension/runtimes/confirmation';
import { reporter } from '../../../src/extension/runtimes/installProgress';
import { npmEnvironment } from '../../../src/extension/runtimes/npmEnvironment';
import { runtimeItems } from '../../../src/extension/runtimes/runtimeItems';
import type { RuntimeRecord } from '../../../src/files/runtimes';
import { planRuntime } from '../../../src/files/runtimes/plan';
import { runtimes } from '../../../src/shared/runtimes';

const linux = { platform: 'linux', arch: 'x64' };
const record = (version: string): RuntimeRecord => ({
  version: 1,
  id: 'webgpu',
  platform: 'linux-x64',
  packages: ['@webgpu/types@0.1.74', `webgpu@${version}`],
  installedAt: '2026-01-02T03:04:05.000Z',
  bytes: 21_900_000,
  files: [],
});

describe('the rows of runtimes', () => {
  it('say what is installed, what would be downloaded, and what it needs', () => {
    const rows = runtimeItems([record('0.6.2')], linux, []);
    assert.deepEqual(
      rows.map(({ label, description }) => [label, description]),
      [
        ['$(cloud-download) TensorFlow with CUDA 11.2', 'not installed, downloads 73.6 MB and libtensorflow'],
        ['$(check) WebGPU (Dawn)', 'installed, version 0.6.2, 21.9 MB'],
        ['$(cloud-download) ONNX Runtime', 'not installed, downloads 114.6 MB'],
      ],
    );
    assert.match(rows[0]?.detail ?? '', /CUDA 11\.2 and cuDNN 8\.1 .* not included/);
  });

  it('say why one is not for this machine', () => {
    const [tensorflow] = runtimeItems([], { platform: 'darwin', arch: 'arm64' }, []);
    assert.equal(tensorflow?.description, 'not for this machine');
    assert.equal(tensorflow.detail, runtimes.tensorflow.elsewhere);
    assert.equal(tensorflow.refused, runtimes.tensorflow.elsewhere);
  });

  it('say that a newer version could be installed, and that one is not needed', () => {
    const [, webgpu, native] = runtimeItems([record('0.5.0')], linux, ['native']);
    assert.match(webgpu?.description ?? '', /version 0\.5\.0 \(0\.6\.2 is newer\)/);
    assert.match(native?.refused ?? '', /carries it already/);
  });

  it('offer to remove what was installed before the extension carried it', () => {
    const [, installed] = runtimeItems([record('0.6.2')], linux, ['webgpu', 'native']);
    assert.equal(installed?.refused, undefined);
    const [, carried] = runtimeItems([], linux, ['webgpu', 'native']);
    assert.match(carried?.refused ?? '', /carries it already/);
  });
});

describe('the question before a runtime is installed', () => {
  it('says how much, from where, how it is checked, and where it goes', () => {
    const { message, detail, modal } = confirmation(
      planRuntime('tensorflow', linux, {}),
      [412_000_000, undefined],
      '/home/me/runtimes/tensorflow',
    );
    assert.equal(message, 'Install TensorFlow with CUDA 11.2?');
    assert.equal(modal, true);
    for (const part of [
      '@tensorflow/tfjs-node-gpu 4.22.0',
      'your npm from its registry (73.6 MB, 288.2 MB while it is unpacked)',
      'libtensorflow-gpu-linux-x86_64-2.9.1.tar.gz (412 MB)',
      '/GPU-linux-4.22.0.tar.gz (size unknown)',
      'libtensorflow-gpu-linux-x86_64-2.9.1.tar.gz is verified by a pinned SHA-256',
      'GPU-linux-4.22.0.tar.gz has no published hash',
      'SHA-512 of every package',
      'Into: /home/me/runtimes/tensorflow',
      'CUDA 11.2 and cuDNN 8.1',
    ]) {
      assert.ok(detail?.includes(part), part);
    }
  });
});

describe('the progress of an installation', () => {
  const report = (
    sizes: (number | undefined)[],
    steps: readonly (readonly [string, number])[],
  ): { words: string[]; percent: number } => {
    const words: string[] = [];
    let percent = 0;
    const tell = reporter(planRuntime('tensorflow', linux, {}), sizes, (message, increment) => {
      words.push(message);
      percent += increment;
    });
    for (const [doing, bytes] of steps) tell(doing, bytes);
    return { words, percent };
  };
  const unpacked = runtimes.tensorflow.unpackedBytes;

  it('is the share of all bytes', () => {
    const half = report([unpacked, 0], [["Fetching npm's packages", unpacked]]);
    assert.equal(half.percent, 50);
    assert.deepEqual(half.words, ["Fetching npm's packages: 288.2 MB"]);
  });

  it('adds up what is told in parts, and never passes the end', () => {
    const { words, percent } = report(
      [1000, undefined],
      [
        ['Downloading a', 400],
        ['Downloading a', 600],
        ['Unpacking a', 0],
        ["Fetching npm's packages", 2 * unpacked],
      ],
    );
    assert.deepEqual(words.slice(0, 3), ['Downloading a: 400 B', 'Downloading a: 1 kB', 'Unpacking a']);
    assert.equal(percent, 100);
  });

  it('only tells of a file whose size is unknown', () => {
    const { words, percent } = report(
      [1000, undefined],
      [['Downloading GPU-linux-4.22.0.tar.gz', 5_000_000]],
    );
    assert.deepEqual(words, ['Downloading GPU-linux-4.22.0.tar.gz: 5 MB']);
    assert.equal(percent, 0);
  });
});

describe('what npm is run with', () => {
  const runtime = { version: '22.0.0', reason: 'a test' };

  it("is found beside the setting's node first", () => {
    const env = npmEnvironment({ ...runtime, execPath: '/opt/node/bin/node', env: { Path: '/bin', A: 'b' } });
    assert.deepEqual(env, { Path: ['/opt/node/bin', '/bin'].join(delimiter), A: 'b' });
  });

  it('is the environment as it is where node is on the PATH, or is VS Code in disguise', () => {
    const path = { PATH: '/bin' };
    assert.deepEqual(npmEnvironment({ ...runtime, execPath: 'node', env: path }), path);
    const guise = { ...path, ELECTRON_RUN_AS_NODE: '1' };
    assert.deepEqual(npmEnvironment({ ...runtime, execPath: '/app/code', env: guise }), path);
  });
});
