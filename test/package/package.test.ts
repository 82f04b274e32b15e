import { unzipSync } from 'fflate';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';

/** What `npm run package` made: the bundles and the VSIX. The suite before this one runs it. */
const root = path.resolve(__dirname, '../..');
const dist = path.join(root, 'dist');
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
const vsix = path.join(dist, `adapter-lab-${version}-${process.platform}-${process.arch}.vsix`);
/** What runs in the extension host. */
const hostBundles = ['extension.js', 'onDemand.js', 'searching.js', 'trainers.js', 'maps.js', 'views.js'];
const text = (name: string): string => readFileSync(path.join(dist, name), 'utf8');

/** The repository's files below a folder. */
const files = (folder: string): string[] =>
  execFileSync('git', ['ls-files', '-z', '--', folder], { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter((name) => name !== '');

describe('the package', () => {
  it('has a host bundle under 400 KB', () => {
    const { size } = statSync(path.join(dist, 'extension.js'));
    assert.ok(size < 400_000, `${size} bytes`);
  });

  it('has pages under 600 KB together, styles included', () => {
    const size = ['webview.js', 'webview.css', 'live.js', 'live.css']
      .map((name) => statSync(path.join(dist, name)).size)
      .reduce((sum, one) => sum + one, 0);
    assert.ok(size < 600_000, `${size} bytes`);
  });

  it('has no reader of messages in its pages, which would bring code made out of text that the policy forbids', () => {
    for (const bundle of ['webview.js', 'live.js']) assert.ok(!/ZodError/.test(text(bundle)), bundle);
  });

  it('keeps tfjs out of the host and out of the page', () => {
    for (const bundle of [...hostBundles, 'webview.js', 'live.js']) {
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
    for (const bundle of [...hostBundles, 'worker.js', 'cli.js']) {
      const required = [...text(bundle).matchAll(/\brequire\(["']([^"'.][^"']*)["']\)/g)].map(
        (match) => match[1]!,
      );
      const foreign = required.filter((name) => !allowed.has(name) && !isBuiltin(name));
      assert.deepEqual(foreign, [], bundle);
    }
  });

  it('holds exactly what the extension reads, in under 32 MB', () => {
    const names: string[] = [];
    unzipSync(readFileSync(vsix), { filter: ({ name }) => (names.push(name), false) });
    const inside = names.map((name) => name.replace(/^extension\//, '')).sort();
    const expected = [
      'LICENSE.txt',
      '[Content_Types].xml',
      'changelog.md',
      'dist/extension.js',
      'dist/live.css',
      'dist/live.js',
      'dist/maps.js',
      'dist/onDemand.js',
      'dist/searching.js',
      'dist/trainers.js',
      'dist/views.js',
      'dist/wasm/kernels-fma.wasm',
      'dist/wasm/kernels.wasm',
      'dist/wasm/tfjs-backend-wasm-simd.wasm',
      'dist/wasm/tfjs-backend-wasm.wasm',
      'dist/wasm/tree-sitter-python.wasm',
      'dist/wasm/web-tree-sitter.wasm',
      'dist/webview.css',
      'dist/webview.js',
      'dist/worker.js',
      'extension.vsixmanifest',
      'media/icon-activity.svg',
      'media/icon-dark.svg',
      'media/icon-light.svg',
      'media/icon.png',
      ...['native', 'tensorflow', 'webgpu'].flatMap((id) => [
        `media/runtimes/${id}/package-lock.json`,
        `media/runtimes/${id}/package.json`,
      ]),
      ...[
        'adapter_config',
        'axolotl',
        'experiment',
        'llama-factory-v1',
        'llama-factory',
        'ludwig',
        'torchtune',
        'trl',
        'unsloth',
      ].map((name) => `media/schemas/${name}.schema.json`),
      ...files('media/sample'),
      ...files('media/walkthrough'),
      'package.json',
      'readme.md',
    ].sort();
    const native = inside.filter((name) => name.startsWith('dist/native/'));
    assert.deepEqual(
      inside.filter((name) => !native.includes(name)),
      expected,
    );
    for (const library of ['onnxruntime_binding.node', 'dawn.node']) {
      assert.ok(native.includes(`dist/native/${library}`), native.join(', '));
    }
    assert.ok(statSync(vsix).size < 32e6, `${statSync(vsix).size} bytes`);
  });
});
