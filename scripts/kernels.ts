import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import v8 from 'node:v8';
import { webAssembly } from '../src/tensors/kernels/webAssembly';

/**
 * Builds our WebAssembly kernels from src/tensors/kernels/c into src/tensors/kernels/bytes, and beside them the hash of
 * the sources, which a test compares. Needs clang-16 and wasm-ld-16 (Debian: clang-16, lld-16); what it builds is
 * committed, so nobody else does.
 */
const folder = path.resolve(__dirname, '../src/tensors/kernels');
const sources = path.join(folder, 'c');
const bytes = path.join(folder, 'bytes');

const builds: Readonly<Record<string, readonly string[]>> = {
  'kernels.wasm': ['-msimd128'],
  'kernels-fma.wasm': ['-msimd128', '-mrelaxed-simd'],
};

const compilerFlags = [
  ...['--target=wasm32', '-std=c11', '-O3', '-ffreestanding', '-fno-builtin', '-fno-unroll-loops'],
  // What is rounded once and what twice is written in the sources.
  '-ffp-contract=off',
  // A frame would lie on a stack in tfjs's memory: there is none.
  '-Wframe-larger-than=0',
  ...['-Wall', '-Wextra', '-Werror'],
];
const linkerFlags = ['--no-entry', '--import-memory', '--stack-first', '-z', 'stack-size=0', '--strip-all'];

/** SHA-256 over names and contents of the C sources. */
export function sourcesHash(): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(sources).sort()) {
    const text = readFileSync(path.join(sources, name), 'utf8').replaceAll('\r\n', '\n');
    hash.update(`${name}\n${text.length}\n${text}`);
  }
  return hash.digest('hex');
}

function makeKernels(): void {
  mkdirSync(bytes, { recursive: true });
  for (const [name, features] of Object.entries(builds)) {
    const module = build(features);
    checkAlone(module, name);
    writeFileSync(path.join(bytes, name), module);
    console.log(`${name}: ${module.length} bytes`);
  }
  writeFileSync(path.join(bytes, 'sources.sha256'), `${sourcesHash()}\n`);
}

function build(features: readonly string[]): Buffer {
  const work = mkdtempSync(path.join(os.tmpdir(), 'kernels-'));
  try {
    const objects = readdirSync(sources)
      .filter((name) => name.endsWith('.c'))
      .sort()
      .map((name) => {
        const object = path.join(work, `${name}.o`);
        run('clang-16', [...compilerFlags, ...features, '-c', path.join(sources, name), '-o', object]);
        return object;
      });
    const linked = path.join(work, 'linked.wasm');
    // By itself: the compiler's driver would call a wasm-opt that does not know relaxed SIMD.
    run('wasm-ld-16', [...linkerFlags, ...objects, '-o', linked]);
    return readFileSync(linked);
  } finally {
    rmSync(work, { recursive: true });
  }
}

function run(program: string, args: readonly string[]): void {
  const { error, status } = spawnSync(program, args, { stdio: 'inherit' });
  if (error !== undefined) throw new Error(`${program} cannot be started: ${error.message}`);
  if (status !== 0) throw new Error(`${program} failed.`);
}

/**
 * The module shares tfjs's memory: it must bring nothing that would be put there, and ask for nothing else.
 * @throws Error with what is wrong
 */
export function checkAlone(module: Uint8Array, name: string): void {
  for (const id of sectionsOf(module)) {
    const [, what] = staticSections.find(([section]) => section === id) ?? [];
    if (what !== undefined) throw new Error(`${name} has ${what}.`);
  }
  // Node 20 has the instructions behind a flag.
  v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
  const imports = webAssembly.Module.imports(new webAssembly.Module(module));
  const names = imports.map((entry) => `${entry.module}.${entry.name}`).join(', ');
  if (names !== 'env.memory') throw new Error(`${name} imports '${names}' instead of the memory alone.`);
}

const staticSections: readonly (readonly [id: number, what: string])[] = [
  [8, 'a start function'],
  [9, 'calls through pointers'],
  [11, 'static data'],
];

/** The numbers of a WebAssembly module's sections: after 8 bytes, each a number, a length in LEB128, and its bytes. */
function* sectionsOf(module: Uint8Array): Generator<number> {
  let at = 8;
  while (at < module.length) {
    yield module[at++] ?? 0;
    let length = 0;
    for (let shift = 0, byte = 128; byte >= 128; shift += 7) {
      byte = module[at++] ?? 0;
      length += (byte & 127) * 2 ** shift;
    }
    at += length;
  }
}

if (require.main === module) makeKernels();
