import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import v8 from 'node:v8';
import { wasmBackend } from '../wasmHeap';
import { webAssembly } from './webAssembly';

type Address = number;
type Flag = 0 | 1;

/**
 * Our own WebAssembly kernels, on the memory of tfjs's wasm backend. Addresses are bytes, 0 stands for what is absent,
 * sizes count entries. The sources, in c/, say what each function computes; `npm run kernels` builds them.
 */
export interface HeapKernels {
  /** Bytes that `product` needs beside its matrices. */
  productScratch(): number;
  product: Kernel<
    [scratch: Address, a: Address, b: Address, out: Address],
    [rows: number, inner: number, columns: number, transposeA: Flag, transposeB: Flag]
  >;

  norm: Kernel<
    [x: Address, weight: Address, bias: Address, out: Address, stats: Address],
    [rows: number, width: number, centered: Flag, epsilon: number, offset: number]
  >;
  normGradient: Kernel<
    [x: Address, weight: Address, stats: Address, dy: Address, out: Address],
    [rows: number, width: number, centered: Flag, offset: number]
  >;

  activation: Kernel<[kind: number, x: Address, out: Address], [count: number]>;
  activationAndSlope: Kernel<[kind: number, x: Address, out: Address, slope: Address], [count: number]>;
  activationGradient: Kernel<[kind: number, x: Address, dy: Address, out: Address], [count: number]>;
  gated: Kernel<[kind: number, gate: Address, up: Address, out: Address], [count: number]>;
  gatedGradient: Kernel<
    [kind: number, gate: Address, up: Address, dy: Address, dGate: Address, dUp: Address],
    [count: number]
  >;

  add: Kernel<[x: Address, other: Address], [count: number]>;
  addBias: Kernel<[x: Address, bias: Address], [rows: number, columns: number]>;
  softCap: Kernel<[x: Address, slopes: Address], [count: number, cap: number]>;

  splitHeads: Kernel<[x: Address, heads: Address], HeadSizes>;
  joinHeads: Kernel<[heads: Address, x: Address], HeadSizes>;
  shares: Kernel<[x: Address, slopes: Address], [...AttentionSizes, scale: number, cap: number]>;
  sharesGradient: Kernel<[d: Address, shares: Address, slopes: Address], [...AttentionSizes, scale: number]>;

  logSumExp: Kernel<[x: Address, largest: Address, sum: Address], [rows: number, columns: number]>;
  crossEntropyGradient: Kernel<
    [x: Address, logSum: Address, targets: Address, weights: Address],
    [rows: number, columns: number]
  >;
  dots: Kernel<[a: Address, b: Address, out: Address], [count: number, size: number]>;
  absoluteDot(a: Address, b: Address, count: number): number;
}

type Kernel<Arrays extends unknown[], Sizes extends unknown[]> = (...of: [...Arrays, ...Sizes]) => void;
type HeadSizes = [
  ...[batch: number, length: number, columns: number],
  ...[heads: number, headSize: number, offset: number, stride: number],
  ...[half: number, cos: Address, sin: Address],
];
type AttentionSizes = [
  ...[batch: number, heads: number, rows: number, length: number],
  ...[lengths: Address, causal: Flag, window: number],
];

/** The builds, fastest first: `fma` has fused multiply-add, from relaxed SIMD. */
export const kernelBuilds = ['fma', 'simd'] as const;
export type KernelBuild = (typeof kernelBuilds)[number];

let loaded: HeapKernels | undefined;

/**
 * Puts the first build that this process can run on the heap of tfjs's wasm backend, which is current; once a process.
 * @returns which; undefined where none can, which is no error: everything has another, slower way
 */
export function loadHeapKernels(builds: readonly KernelBuild[] = kernelBuilds): KernelBuild | undefined {
  for (const build of builds) {
    const bytes = bytesOf(build);
    if (bytes === undefined || !isValid(bytes)) continue;
    const { memory } = wasmBackend().wasm.asm;
    try {
      const instance = new webAssembly.Instance(new webAssembly.Module(bytes), { env: { memory } });
      loaded = instance.exports as HeapKernels;
      return build;
    } catch {
      // Valid and yet not to be run, as where code may not be made: the same as no build.
    }
  }
  return undefined;
}

/** @throws Error where none were loaded: ask `hasHeapKernels` */
export function heapKernels(): HeapKernels {
  if (loaded === undefined) throw new Error('The kernels are not loaded.');
  return loaded;
}

export const hasHeapKernels = (): boolean => loaded !== undefined;

function isValid(bytes: Uint8Array): boolean {
  if (webAssembly.validate(bytes)) return true;
  // Node 20 and the Electron of its time know relaxed SIMD behind this flag; where it is unknown nothing happens.
  v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
  return webAssembly.validate(bytes);
}

/** Beside the bundle, else beside this source. */
function bytesOf(build: KernelBuild): Uint8Array | undefined {
  const name = build === 'simd' ? 'kernels.wasm' : 'kernels-fma.wasm';
  const file = ['wasm', 'bytes'].map((folder) => path.join(__dirname, folder, name)).find(existsSync);
  return file === undefined ? undefined : readFileSync(file);
}
