import { unzipSync } from 'fflate';
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';

/** What `npm run package` made: the bundles and the VSIX. The suite before this one runs it. */
const root = path.resolve(__dirname, '../..');
const dist = path.join(root, 'dist');
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
const vsix = path.join(dist, `adapter-lab-${version}-${process.platform}-${process.arch}.vsix`);
const text = (name: string): string => readFileSync(path.join(dist, name), 'utf8');

describe('the package', () => {
  it('has a host bundle under 400 KB', () => {
    const { size } = statSync(path.join(dist, 'extension.js'));
    assert.ok(size < 400_000, `${size} bytes`);
  });

  it('has a page under 600 KB, styles included', () => {
    const size = statSync(path.join(dist, 'webview.js')).size + statSync(path.join(dist, 'webview.css')).size;
    assert.ok(size < 600_000, `${size} bytes`);
  });

  it('keeps tfjs out of the host and out of the page', () => {
    for (const bundle of ['extension.js', 'onDemand.js', 'webview.js']) {
      assert.ok(!/registerKernel|BatchMatMul|WASM_HAS_SIMD/.test(text(bundle)), bundle);
    }
    assert.ok(/BatchMatMul/.test(text('worker.js')), 'the worker has it');
  });

  it('asks for nothing that is not shipped', () => {
    const allowed = new Set([
      'vscode',
      // Probed at run time, used where a user has them.
      '@tensorflow/tfjs-node',
      '@tensorflow/tfjs-node-gpu',
      'onnxruntime-node/package.json',
      // Of tfjs's way to fetch models, which is never taken; asked for in a try.
      'encoding',
    ]);
    for (const bundle of ['extension.js', 'onDemand.js', 'worker.js', 'cli.js']) {
      const required = [...text(bundle).matchAll(/\brequire\(["']([^"'.][^"']*)["']\)/g)].map(
        (match) => match[1]!,
      );
      const foreign = required.filter((name) => !allowed.has(name) && !isBuiltin(name));
      assert.deepEqual(foreign, [], bundle);
    }
  });

  it('holds exactly what the extension reads, in under 28 MB', () => {
    const names: string[] = [];
    unzipSync(readFileSync(vsix), { filter: ({ name }) => (names.push(name), false) });
    const inside = names.map((name) => name.replace(/^extension\//, '')).sort();
    const expected = [
      'LICENSE.txt',
      '[Content_Types].xml',
      'changelog.md',
      'dist/cli.js',
      'dist/extension.js',
      'dist/onDemand.js',
      'dist/wasm/kernels-fma.wasm',
      'dist/wasm/kernels.wasm',
      'dist/wasm/tfjs-backend-wasm-simd.wasm',
      'dist/wasm/tfjs-backend-wasm.wasm',
      'dist/webview.css',
      'dist/webview.js',
      'dist/worker.js',
      'extension.vsixmanifest',
      'media/icon-dark.svg',
      'media/icon-light.svg',
      'media/icon.png',
      ...['native', 'tensorflow', 'webgpu'].flatMap((id) => [
        `media/runtimes/${id}/package-lock.json`,
        `media/runtimes/${id}/package.json`,
      ]),
      'media/schemas/experiment.schema.json',
      'package.json',
      'readme.md',
    ];
    const native = inside.filter((name) => name.startsWith('dist/native/'));
    assert.deepEqual(
      inside.filter((name) => !native.includes(name)),
      expected,
    );
    for (const library of ['onnxruntime_binding.node', 'dawn.node']) {
      assert.ok(native.includes(`dist/native/${library}`), native.join(', '));
    }
    assert.ok(statSync(vsix).size < 28e6, `${statSync(vsix).size} bytes`);
  });
});
