import * as tf from '@tensorflow/tfjs';
import type { Product } from '../onnxruntime';
import { addressOf, floatView, wasmBackend } from '../wasmHeap';
import { hasHeapKernels, heapKernels } from './heapKernels';

/**
 * tfjs's wasm kernel runs in SIMD only if neither side is transposed and nothing is batched; every gradient of a
 * product is transposed, so stock backward passes run in a scalar loop, 40 times slower than need be.
 */
interface Inputs {
  a: tf.TensorInfo;
  b: tf.TensorInfo;
}
interface Attributes {
  transposeA: boolean;
  transposeB: boolean;
}

const kernelName = 'BatchMatMul';

/**
 * Multiplications up to which our own kernel is faster than a native call, which costs some 30 µs before it multiplies:
 * measured with products of an adapter's rank (512 x 128 x 8: three times) and of small heads (32 x 32 x 32: 15 times).
 */
const smallProduct = 600_000;

/** Replaces the kernel by a native product in place on the heap; small ones are our own kernel's, where it is there. */
export function useNativeProduct(product: Product): void {
  const own = hasHeapKernels() ? heapProduct() : undefined;
  replace((inputs, attributes) => {
    const { a, b } = inputs;
    const { transposeA, transposeB } = attributes;
    const shape = productShape(a.shape, b.shape, transposeA, transposeB);
    const size = tf.util.sizeFromShape(shape);
    const inner = a.shape.at(transposeA ? -2 : -1) ?? 0;
    if (own !== undefined && size * inner <= smallProduct) return own(inputs, attributes);
    const out = wasmBackend().makeOutput(shape, 'float32');
    if (size > 0) {
      product(floatView(a), a.shape, floatView(b), b.shape, floatView(out), shape, transposeA, transposeB);
    }
    return out;
  });
}

/** Replaces the kernel by our own. */
export const useHeapProduct = (): void => replace(heapProduct());

type Kernel = (inputs: Inputs, attributes: Attributes) => tf.TensorInfo;

/** Our own product, matrix by matrix. */
function heapProduct(): Kernel {
  const kernels = heapKernels();
  // For the life of the process: 2 MB into which every product packs its sides.
  const scratch = wasmBackend().wasm._malloc(kernels.productScratch()) >>> 0;
  return ({ a, b }, { transposeA, transposeB }) => {
    const shape = productShape(a.shape, b.shape, transposeA, transposeB);
    const out = wasmBackend().makeOutput(shape, 'float32');
    const [rows = 0, columns = 0] = shape.slice(-2);
    const inner = a.shape.at(transposeA ? -2 : -1) ?? 0;
    const flags = [transposeA ? 1 : 0, transposeB ? 1 : 0] as const;
    const [left, right, to] = [addressOf(a), addressOf(b), addressOf(out)];
    const aFrom = matricesOf(a.shape, shape);
    const bFrom = matricesOf(b.shape, shape);
    for (let matrix = 0; matrix < aFrom.length; matrix++) {
      const from = left + 4 * rows * inner * (aFrom[matrix] ?? 0);
      const by = right + 4 * inner * columns * (bFrom[matrix] ?? 0);
      kernels.product(scratch, from, by, to + 4 * rows * columns * matrix, rows, inner, columns, ...flags);
    }
    return out;
  };
}

/** Which matrix of a side each matrix of the result takes, by numpy's rule: axes of length 1 are repeated. */
function matricesOf(side: readonly number[], result: readonly number[]): number[] {
  const batch = result.slice(0, -2);
  const missing = result.length - side.length;
  let chosen = [0];
  let stride = 1;
  // From the last axis to the first: what is chosen so far is repeated for each index of the axis before it.
  for (let axis = batch.length - 1; axis >= 0; axis--) {
    const length = axis < missing ? 1 : (side[axis - missing] ?? 1);
    const step = length === 1 ? 0 : stride;
    const inner = chosen;
    chosen = Array.from({ length: batch[axis] ?? 0 }, (_, index) =>
      inner.map((m) => index * step + m),
    ).flat();
    stride *= length;
  }
  return chosen;
}

/** Keeps the stock kernel but turns unbatched transposed sides first, so that it takes its SIMD path. */
export function useTransposedProduct(): void {
  const stock = tf.getKernel(kernelName, 'wasm');
  const transpose = tf.getKernel('Transpose', 'wasm');
  const turned = (x: tf.TensorInfo): tf.TensorInfo => {
    const perm = x.shape.map((_, axis) => axis);
    perm.push(...perm.splice(-2).reverse());
    return run(transpose, { x }, { perm });
  };
  replace((inputs, attributes) => {
    const batched = tf.util.sizeFromShape(inputs.a.shape.slice(0, -2)) > 1;
    const otherBatched = tf.util.sizeFromShape(inputs.b.shape.slice(0, -2)) > 1;
    if (batched || otherBatched) return run(stock, { ...inputs }, { ...attributes });
    const a = attributes.transposeA ? turned(inputs.a) : inputs.a;
    const b = attributes.transposeB ? turned(inputs.b) : inputs.b;
    const out = run(stock, { a, b }, { transposeA: false, transposeB: false });
    for (const [side, original] of [
      [a, inputs.a],
      [b, inputs.b],
    ] as const) {
      if (side !== original) tf.backend().disposeData(side.dataId);
    }
    return out;
  });
}

/** numpy's rule for the axes before the last two. */
function productShape(
  a: readonly number[],
  b: readonly number[],
  transposeA: boolean,
  transposeB: boolean,
): number[] {
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.slice(0, -2), b.slice(0, -2));
  const rows = a.at(transposeA ? -1 : -2) ?? 1;
  const columns = b.at(transposeB ? -2 : -1) ?? 1;
  return [...batch, rows, columns];
}

function replace(kernel: Kernel): void {
  tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({
    kernelName,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const sides = inputs as unknown as Inputs;
      // Anything else would be read as float32 without a word.
      if (sides.a.dtype !== 'float32' || sides.b.dtype !== 'float32')
        throw new Error('Products are of float32.');
      return kernel(sides, attrs as unknown as Attributes);
    },
  });
}

const run = (
  kernel: tf.KernelConfig,
  inputs: Record<string, tf.TensorInfo>,
  attrs: Record<string, unknown>,
): tf.TensorInfo =>
  kernel.kernelFunc({
    inputs,
    attrs: attrs as unknown as tf.NamedAttrMap,
    backend: tf.backend(),
  }) as tf.TensorInfo;
