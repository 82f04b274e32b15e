import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { planRuntime } from '../../../../src/files/runtimes/plan';
import { moveFiles, tidy } from '../../../../src/files/runtimes/tidy';
import { runtimeIds, runtimes } from '../../../../src/shared/runtimes';
import { temporaryFolder } from '../temporary';
import { throwsWith } from '../throwsCode';

const machine = (platform: string, arch: string) => ({ platform, arch });
const addonFolder = 'node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8';

describe('the plan of a runtime', () => {
  it('is there for every machine of its list, with a library to show for it', () => {
    for (const id of runtimeIds) {
      for (const name of runtimes[id].platforms) {
        const [platform = '', arch = ''] = name.split('-');
        const plan = planRuntime(id, machine(platform, arch), {});
        assert.equal(plan.id, id);
        assert.ok(plan.libraries.length > 0);
      }
    }
  });

  it('is refused elsewhere, with the reason', () => {
    throwsWith(
      () => planRuntime('tensorflow', machine('darwin', 'arm64'), {}),
      'runtime-unavailable',
      /TensorFlow .*cannot be installed on darwin-arm64: .* Linux and Windows/,
    );
    throwsWith(() => planRuntime('native', machine('darwin', 'x64'), {}), 'runtime-unavailable');
    throwsWith(() => planRuntime('webgpu', machine('linux', 'arm'), {}), 'runtime-unavailable');
  });

  it("fetches TensorFlow's library and addon from Google, with the hash that is known", () => {
    const { downloads, moves, libraries } = planRuntime('tensorflow', machine('linux', 'x64'), {});
    const storage = 'https://storage.googleapis.com';
    assert.deepEqual(
      downloads.map(({ url }) => url),
      [
        `${storage}/tensorflow/libtensorflow/libtensorflow-gpu-linux-x86_64-2.9.1.tar.gz`,
        `${storage}/tf-builds/pre-built-binary/napi-v8/4.22.0/GPU-linux-4.22.0.tar.gz`,
      ],
    );
    assert.match(downloads[0]?.sha256 ?? '', /^20c46f76[0-9a-f]{56}$/);
    assert.equal(downloads[1]?.sha256, undefined);
    assert.deepEqual(moves, []);
    // From the addon, $ORIGIN/../../deps/lib.
    assert.equal(
      join(dirname(libraries[0] ?? ''), '../../deps/lib/libtensorflow.so.2'),
      join(libraries[1] ?? ''),
    );
  });

  it('fetches for Windows what has no known hash, and puts the library beside the addon', () => {
    const { downloads, moves } = planRuntime('tensorflow', machine('win32', 'x64'), {});
    assert.deepEqual(
      downloads.map(({ name, sha256 }) => [name, sha256]),
      [
        ['libtensorflow-gpu-windows-x86_64-2.9.1.zip', undefined],
        ['GPU-windows-4.22.0.zip', undefined],
      ],
    );
    assert.equal(moves[0]?.to, `${addonFolder}/tensorflow.dll`);
  });

  it("goes by TensorFlow's own variables for mirrors", () => {
    const urls = (env: NodeJS.ProcessEnv): string[] =>
      planRuntime('tensorflow', machine('linux', 'x64'), env).downloads.map(({ url }) => url);
    assert.deepEqual(urls({ TFJS_NODE_CDN_STORAGE: 'https://mirror.test/' }), [
      'https://mirror.test/tensorflow/libtensorflow/libtensorflow-gpu-linux-x86_64-2.9.1.tar.gz',
      'https://mirror.test/tf-builds/pre-built-binary/napi-v8/4.22.0/GPU-linux-4.22.0.tar.gz',
    ]);
    const [library, addon] = urls({
      TFJS_NODE_BASE_URI: 'https://mirror.test/lib-',
      npm_config_tfjs_binding_binary_host_mirror: 'https://other.test/addons/',
    });
    assert.equal(library, 'https://mirror.test/lib-gpu-linux-x86_64-2.9.1.tar.gz');
    assert.equal(addon, 'https://other.test/addons/napi-v8/4.22.0/GPU-linux-4.22.0.tar.gz');
  });
});

describe('what stays of a runtime', () => {
  const folder = temporaryFolder();
  const lay = (name: string, files: readonly string[]): string => {
    const root = join(folder.path, name);
    for (const file of files) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), file);
    }
    return root;
  };
  const filesOf = (root: string): string[] =>
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(root.length + 1)
          .replaceAll('\\', '/'),
      )
      .sort();

  it('is what this machine loads', async () => {
    const bin = 'node_modules/onnxruntime-node/bin/napi-v6';
    const root = lay('native', [
      'node_modules/onnxruntime-node/package.json',
      `${bin}/linux/x64/onnxruntime_binding.node`,
      `${bin}/linux/arm64/onnxruntime_binding.node`,
      `${bin}/win32/x64/onnxruntime_binding.node`,
      `${bin}/win32/x64/onnxruntime.dll`,
      `${bin}/win32/x64/DirectML.dll`,
      `${bin}/win32/x64/dxil.dll`,
      `${bin}/win32/x64/dxcompiler.dll`,
    ]);
    await tidy(root, planRuntime('native', machine('win32', 'x64')));
    assert.deepEqual(filesOf(root), [
      `${bin}/win32/x64/onnxruntime.dll`,
      `${bin}/win32/x64/onnxruntime_binding.node`,
      'node_modules/onnxruntime-node/package.json',
    ]);
  });

  it('is the universal build on a Mac', async () => {
    const dist = 'node_modules/webgpu/dist';
    const root = lay('webgpu', [`${dist}/darwin-universal/dawn.node`, `${dist}/linux-x64/dawn.node`]);
    await tidy(root, planRuntime('webgpu', machine('darwin', 'arm64')));
    assert.deepEqual(filesOf(root), [`${dist}/darwin-universal/dawn.node`]);
  });

  it('has no source maps, and the library of Windows beside the addon, wherever its archive had it', async () => {
    const plan = planRuntime('tensorflow', machine('win32', 'x64'));
    for (const [name, dll] of [
      ['with', 'deps/lib/tensorflow.dll'],
      ['without', 'deps/tensorflow.dll'],
    ] as const) {
      const home = 'node_modules/@tensorflow/tfjs-node-gpu';
      const root = lay(name, [
        `${home}/${dll}`,
        `${addonFolder}/tfjs_binding.node`,
        `${home}/dist/index.js.map`,
      ]);
      await tidy(root, plan);
      await moveFiles(root, plan.moves);
      assert.deepEqual(filesOf(root), [`${addonFolder}/tensorflow.dll`, `${addonFolder}/tfjs_binding.node`]);
    }
  });
});
