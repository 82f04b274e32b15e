import * as tf from '@tensorflow/tfjs';
import { LabError } from '../shared/errors';
import type { WasmMemory } from './kernels/webAssembly';

/**
 * The parts of tfjs's wasm backend that its types keep to themselves: where a tensor lies in the heap, and malloc.
 * Everything that depends on these internals is in this file; the version of tfjs is pinned, and test/unit/tensors
 * fails when the shape of the backend changes.
 */
export interface WasmBackend {
  readonly wasm: {
    readonly HEAPU8: Uint8Array;
    _malloc: (bytes: number) => number;
    _free: (address: number) => void;
    readonly asm: { readonly memory: WasmMemory };
  };
  readonly dataIdMap: { get(dataId: object): { memoryOffset: number } };
  makeOutput(shape: number[], dtype: tf.DataType, memoryOffset?: number): tf.TensorInfo;
  incRef(dataId: object): void;
}

/** The current backend's internals; only valid while the backend is 'wasm'. */
export const wasmBackend = (): WasmBackend => tf.backend() as unknown as WasmBackend;

/** Where a tensor's data begins, in bytes. It stays there for the tensor's life, also when the heap grows. */
export const addressOf = (info: tf.TensorInfo): number =>
  wasmBackend().dataIdMap.get(info.dataId).memoryOffset;

/** Views of float32 and int32 tensors on the heap. They die when the heap grows: take them anew for every use. */
export function floatView(info: tf.TensorInfo): Float32Array {
  return new Float32Array(
    wasmBackend().wasm.HEAPU8.buffer,
    addressOf(info),
    tf.util.sizeFromShape(info.shape),
  );
}

export function intView(info: tf.TensorInfo): Int32Array {
  return new Int32Array(wasmBackend().wasm.HEAPU8.buffer, addressOf(info), tf.util.sizeFromShape(info.shape));
}

/**
 * Lends memory of the heap, aligned to 8 bytes, until `use` returns.
 * @throws LabError out-of-memory
 */
export function withScratch<T>(bytes: number, use: (address: number) => T): T {
  const { wasm } = wasmBackend();
  // Signed: it may be above 2 GiB.
  const address = wasm._malloc(bytes) >>> 0;
  try {
    return use(address);
  } finally {
    wasm._free(address);
  }
}

/**
 * tfjs does not check what malloc returns: with a full heap it would place tensors at address 0 and overwrite the heap
 * in silence. From here on a full heap is an error with a name.
 */
export function guardMalloc(): void {
  const { wasm } = wasmBackend();
  // Emscripten's stub puts the real malloc over whatever stands there at its first call: it must not be ours.
  wasm._free(wasm._malloc(8));
  const malloc = wasm._malloc.bind(wasm);
  wasm._malloc = (bytes) => {
    // The module takes its sizes as signed numbers of 32 bits: asked for more than is left it would shrink the heap.
    const fits = bytes < 2 ** 31 || wasm.HEAPU8.length + bytes < 2 ** 32;
    const address = fits ? malloc(bytes) : 0;
    if (address === 0 && bytes > 0) throw outOfMemory(bytes);
    return address;
  };
}

const outOfMemory = (bytes: number): LabError =>
  new LabError(
    'out-of-memory',
    `The 4 GiB WebAssembly heap is full: no room for another ${(bytes / 1e6).toFixed(1)} MB.`,
    'Lower score.batch_size or score.max_length and start again.',
  );
