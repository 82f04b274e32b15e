import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { useHeapProduct, useNativeProduct, useTransposedProduct } from './kernels/batchMatMul';
import { kernelBuilds, loadHeapKernels, type KernelBuild } from './kernels/heapKernels';
import { registerMissingKernels } from './kernels/missing';
import { loadProduct } from './onnxruntime';
import { guardMalloc } from './wasmHeap';

/**
 * Makes tfjs's wasm backend current, with the kernels of ours that it needs; called once a process.
 * @param kind `native`: products by ONNX Runtime on the same heap; `wasm`: nothing native
 * @param builds of our kernels, the first that runs is taken; with none, tfjs's own kernels do all
 * @returns what computes, for people
 * @throws Error with a sentence when the native library cannot be used
 */
export async function startWasm(
  kind: 'native' | 'wasm',
  threads: number,
  builds: readonly KernelBuild[] = kernelBuilds,
): Promise<string> {
  const product = kind === 'native' ? loadProduct(threads) : undefined;
  setWasmPaths(wasmFolder() + path.sep);
  await tf.setBackend('wasm');
  await tf.ready();
  guardMalloc();
  registerMissingKernels();
  const build = loadHeapKernels(builds);
  if (product !== undefined) {
    useNativeProduct(product);
    return `CPU, ONNX Runtime matrix products, ${threads} ${threads === 1 ? 'thread' : 'threads'}${lacking(build)}`;
  }
  if (build === undefined) {
    useTransposedProduct();
    return `CPU, WebAssembly, 1 thread${lacking(build)}`;
  }
  useHeapProduct();
  return `CPU, WebAssembly SIMD${build === 'fma' ? ' with fused multiply-add' : ''}, 1 thread`;
}

const lacking = (build: KernelBuild | undefined): string =>
  build === undefined
    ? '. This engine cannot run our own kernels: everything takes several times as long'
    : '';

/** The backend's .wasm files: beside the bundle, else in node_modules. */
function wasmFolder(): string {
  const shipped = path.join(__dirname, 'wasm');
  if (existsSync(shipped)) return shipped;
  return path.dirname(createRequire(__filename).resolve('@tensorflow/tfjs-backend-wasm'));
}
