import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { useNativeProduct, useTransposedProduct } from './kernels/batchMatMul';
import { registerMissingKernels } from './kernels/missing';
import { loadProduct } from './onnxruntime';
import { guardMalloc } from './wasmHeap';

/**
 * Makes tfjs's wasm backend current, with the kernels of ours that it needs; called once a process.
 * @param kind `native`: products by ONNX Runtime on the same heap; `wasm`: nothing native
 * @returns what computes, for people
 * @throws Error with a sentence when the native library cannot be used
 */
export async function startWasm(kind: 'native' | 'wasm', threads: number): Promise<string> {
  const product = kind === 'native' ? loadProduct(threads) : undefined;
  setWasmPaths(wasmFolder() + path.sep);
  await tf.setBackend('wasm');
  await tf.ready();
  guardMalloc();
  registerMissingKernels();
  if (product === undefined) {
    useTransposedProduct();
    return 'CPU, WebAssembly SIMD, 1 thread';
  }
  useNativeProduct(product);
  return `CPU, ONNX Runtime matrix products, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
}

/** The backend's .wasm files: beside the bundle, else in node_modules. */
function wasmFolder(): string {
  const shipped = path.join(__dirname, 'wasm');
  if (existsSync(shipped)) return shipped;
  return path.dirname(createRequire(__filename).resolve('@tensorflow/tfjs-backend-wasm'));
}
