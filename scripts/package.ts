import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

/**
 * `npm run package [-- --universal]`: the VSIX, into dist/. By default for this platform, with ONNX Runtime's library for
 * fast matrix products and Dawn's for graphics cards; --universal leaves everything native out, and scoring runs on
 * WebAssembly alone until the user asks for more (Install GPU Runtime).
 */
const root = path.resolve(__dirname, '..');
const { values } = parseArgs({ options: { universal: { type: 'boolean', default: false } } });
const target = `${process.platform}-${process.arch}`;
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };

run('tsx', 'esbuild.config.ts', '--production');
if (!values.universal) {
  const arch = process.platform === 'darwin' ? 'universal' : process.arch;
  // ONNX Runtime's DirectML and its compilers are for inference on Windows GPUs; a product on the CPU needs neither.
  carry(
    'onnxruntime-node/bin/napi-v6',
    `${process.platform}/${process.arch}`,
    /^(DirectML|dxcompiler|dxil)\.dll$/,
  );
  carry('webgpu/dist', `${process.platform}-${arch}`);
}
const name = values.universal ? `adapter-lab-${version}.vsix` : `adapter-lab-${version}-${target}.vsix`;
run(
  'vsce',
  'package',
  '--no-dependencies',
  '--allow-missing-repository',
  '--no-rewrite-relative-links',
  ...(values.universal ? [] : ['--target', target]),
  '-o',
  path.join('dist', name),
);

const file = path.join('dist', name);
console.log(
  `${file}, ${(statSync(path.join(root, file)).size / 1e6).toFixed(1)} MB. Install it: code --install-extension ${file}`,
);

/** Copies a platform's libraries of a package to where the bundles look for them. A platform that has none goes without. */
function carry(from: string, platform: string, except?: RegExp): void {
  const folder = path.join(root, 'node_modules', from, platform);
  const into = path.join(root, 'dist', 'native');
  if (!existsSync(folder)) {
    console.log(`No library for ${platform} in ${from}: packaged without.`);
    return;
  }
  mkdirSync(into, { recursive: true });
  for (const name of readdirSync(folder).filter((file) => except?.test(file) !== true)) {
    cpSync(path.join(folder, name), path.join(into, name));
  }
}

function run(command: string, ...args: string[]): void {
  const { status } = spawnSync(path.join(root, 'node_modules', '.bin', command), args, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}
