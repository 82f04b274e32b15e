import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

/**
 * `npm run package [-- --universal]`: the VSIX, into dist/. By default for this platform, with ONNX Runtime's library for
 * fast matrix products; --universal leaves everything native out, and scoring runs on WebAssembly alone.
 */
const root = path.resolve(__dirname, '..');
const { values } = parseArgs({ options: { universal: { type: 'boolean', default: false } } });
const target = `${process.platform}-${process.arch}`;
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };

run('tsx', 'esbuild.config.ts', '--production');
if (!values.universal) {
  const native = path.join(
    root,
    'node_modules',
    'onnxruntime-node',
    'bin',
    'napi-v6',
    process.platform,
    process.arch,
  );
  const into = path.join(root, 'dist', 'native');
  mkdirSync(into, { recursive: true });
  // DirectML and its compilers are for inference on Windows GPUs; a matrix product on the CPU needs neither.
  for (const name of readdirSync(native).filter((file) => !/^(DirectML|dxcompiler|dxil)\.dll$/.test(file))) {
    cpSync(path.join(native, name), path.join(into, name));
  }
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

function run(command: string, ...args: string[]): void {
  const { status } = spawnSync(path.join(root, 'node_modules', '.bin', command), args, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}
