import * as tf from '@tensorflow/tfjs';
import { addressOf, wasmBackend } from '../wasmHeap';

/**
 * Tensors of tfjs's wasm backend for kernels that take addresses. Addresses stay; views of the heap die when it grows, so
 * they are taken after everything is allocated.
 */

/** A tensor whose numbers are still to be written. Belongs to the current tidy, as every result. */
export function newTensor<T extends tf.Tensor>(shape: readonly number[]): T {
  const info = wasmBackend().makeOutput([...shape], 'float32');
  return tf.engine().makeTensorFromTensorInfo(info) as T;
}

/** Where a tensor begins. @throws Error where it is not float32: a kernel would read other numbers without a word */
export function at(x: tf.Tensor): number {
  if (x.dtype !== 'float32') throw new Error(`A kernel for float32 was given ${x.dtype}.`);
  return addressOf(x);
}

/** Kernels trust their sizes: a tensor that is too small would be read, or written, behind its end. */
export function sameSize(x: tf.Tensor, ...others: readonly (tf.Tensor | undefined)[]): void {
  for (const other of others) {
    if (other !== undefined && other.size !== x.size) {
      throw new Error(`A kernel was given ${x.shape.join(' x ')} and ${other.shape.join(' x ')} entries.`);
    }
  }
}

/** @throws Error unless `fits` */
export function ensure(fits: boolean, what: string): void {
  if (!fits) throw new Error(`A kernel was given ${what}.`);
}

/** 0, which kernels take for absent. */
export const atOrNone = (x: tf.Tensor | undefined): number => (x === undefined ? 0 : at(x));

/** Copies numbers to the heap. */
export function put(values: Float64Array | Float32Array | Int32Array, address: number): void {
  const { HEAPU8 } = wasmBackend().wasm;
  HEAPU8.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), address);
}

/** Copies float64 numbers from the heap. @param address a multiple of 8 */
export const doublesAt = (address: number, count: number): Float64Array =>
  new Float64Array(wasmBackend().wasm.HEAPU8.buffer, address, count).slice();
