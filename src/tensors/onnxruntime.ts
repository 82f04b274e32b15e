import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { runtimeRequire } from '../files/runtimes';
import { fusedMatMulModel } from './onnxMatMul';

/**
 * The one file that touches onnxruntime-node's private binding. Its public API only offers a promise, but the native
 * call is synchronous and may run in place on the caller's memory, which is what a tfjs kernel needs. The package is
 * pinned; `loadProduct` throws a sentence when anything looks different, and the engine falls to the next device.
 */
export type Product = (
  a: Float32Array,
  aShape: readonly number[],
  b: Float32Array,
  bShape: readonly number[],
  out: Float32Array,
  outShape: readonly number[],
  transposeA: boolean,
  transposeB: boolean,
) => void;

interface NativeTensor {
  readonly type: 'float32';
  readonly data: Float32Array;
  readonly dims: readonly number[];
  readonly location: 'cpu';
}

interface NativeSession {
  loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: object): void;
  run(
    feeds: Record<string, NativeTensor>,
    fetches: Record<string, NativeTensor | null>,
    options: object,
  ): unknown;
}

interface Binding {
  InferenceSession: new () => NativeSession;
  initOrtOnce(logLevel: number, tensor: unknown, isMainThread: boolean): void;
}

/** The binding asks for a constructor for the tensors that it makes itself; ours are always given. */
class OutputTensor {
  constructor(
    readonly type: string,
    readonly data: unknown,
    readonly dims: readonly number[],
  ) {}
}

const fatalOnly = 4;

/**
 * The binding copies every output into memory of its own, in order, also those that were computed in place. `stop` comes
 * first and has a type that it cannot copy: it throws when the product is done and before that is copied, which saves a
 * fifth of the time and all of the garbage.
 */
const isStop = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('Tensor type (16) is not supported');

/**
 * The matrix product of ONNX Runtime, in place on caller's memory, synchronous.
 * @param threads threads inside one product at most; the digits do not depend on it
 * @throws Error with a sentence when the library is not there, cannot be loaded or has another shape
 */
export function loadProduct(threads: number): Product {
  const binding = loadBinding();
  binding.initOrtOnce(fatalOnly, OutputTensor, true);
  // All now: one that cannot be made refuses the device, and not a product in the middle of a run.
  const sessions = new Map<string, NativeSession>();
  const keyOf = (transposeA: boolean, transposeB: boolean, count: number): string =>
    `${transposeA} ${transposeB} ${count}`;
  for (let count = 1; count <= threads; count *= 2) {
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        const session = newSession(binding, transposeA, transposeB, count);
        sessions.set(keyOf(transposeA, transposeB, count), session);
      }
    }
  }
  const product: Product = (a, aShape, b, bShape, out, outShape, transposeA, transposeB) => {
    const count = threadsFor(outShape.at(-2) ?? 1, outShape.at(-1) ?? 1, threads);
    try {
      sessions
        .get(keyOf(transposeA, transposeB, count))
        ?.run({ A: tensor(a, aShape), B: tensor(b, bShape) }, { stop: null, Y: tensor(out, outShape) }, {});
    } catch (error) {
      if (!isStop(error)) throw error;
    }
  };
  requireInPlace(product);
  return product;
}

/** Columns and rows of a product that each thread gets at least. */
const leastColumns = 128;
const leastRows = 4;

/**
 * Threads for a product of rows × columns: as many as leave its digits as one thread gives them. The library cuts the longer
 * side; a part of 64 columns or less it sums in another order, and a single row by another routine.
 */
function threadsFor(rows: number, columns: number, threads: number): number {
  const parts = columns > rows ? columns / leastColumns : rows / leastRows;
  let count = 1;
  while (2 * count <= Math.min(threads, parts)) count *= 2;
  return rows < leastRows ? 1 : count;
}

/** A binding that answers later, or elsewhere, would leave every product as it was before: better no device than that. */
function requireInPlace(product: Product): void {
  const out = new Float32Array(1);
  product(Float32Array.of(6), [1, 1], Float32Array.of(7), [1, 1], out, [1, 1], false, true);
  if (out[0] !== 42) throw new Error("ONNX Runtime's binding does not compute in place any more.");
}

const tensor = (data: Float32Array, dims: readonly number[]): NativeTensor => ({
  type: 'float32',
  data,
  dims,
  location: 'cpu',
});

function newSession(
  binding: Binding,
  transposeA: boolean,
  transposeB: boolean,
  threads: number,
): NativeSession {
  const model = fusedMatMulModel(transposeA, transposeB);
  const session = new binding.InferenceSession();
  session.loadModel(model.buffer, model.byteOffset, model.byteLength, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: fatalOnly,
    // Spinning pools of several sessions starve each other: two threads would run five times slower than one.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  return session;
}

/** From the folder beside the bundle (a platform's VSIX), else from node_modules. */
function loadBinding(): Binding {
  const shipped = path.join(__dirname, 'native', 'onnxruntime_binding.node');
  const load = createRequire(__filename);
  const file = existsSync(shipped) ? shipped : fromPackage(load);
  const binding = load(file) as Partial<Binding>;
  if (typeof binding.InferenceSession !== 'function' || typeof binding.initOrtOnce !== 'function') {
    throw new Error(`ONNX Runtime's binding has another shape than expected (${file}).`);
  }
  return binding as Binding;
}

function fromPackage(load: NodeJS.Require): string {
  const root = packageFolder(load) ?? packageFolder(runtimeRequire('native'));
  if (root === undefined) {
    throw new Error(
      'onnxruntime-node is not installed: the command Install GPU Runtime of Adapter Lab gets it.',
    );
  }
  const file = path.join(root, 'bin', 'napi-v6', process.platform, process.arch, 'onnxruntime_binding.node');
  if (!existsSync(file)) {
    throw new Error(`onnxruntime-node has no build for ${process.platform}-${process.arch}.`);
  }
  return file;
}

function packageFolder(load: NodeJS.Require | undefined): string | undefined {
  try {
    return load && path.dirname(load.resolve('onnxruntime-node/package.json'));
  } catch {
    return undefined;
  }
}
