import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import manifest from '../../../package.json';
import { fusedMatMulModel } from '../../../src/tensors/onnxMatMul';
import { loadProduct } from '../../../src/tensors/onnxruntime';

const load = createRequire(__filename);

/** What src/tensors/onnxruntime.ts uses of the private binding; each test says what changed when it fails. */
interface Binding {
  InferenceSession?: new () => {
    loadModel?(buffer: ArrayBufferLike, offset: number, length: number, options: object): unknown;
    run?(feeds: object, fetches: object, options: object): unknown;
  };
  initOrtOnce?: unknown;
}

const changed = (what: string): string =>
  `onnxruntime-node's private binding has changed: ${what}. Adapt src/tensors/onnxruntime.ts before raising the version.`;

describe("ONNX Runtime's private binding", () => {
  let binding: Binding;
  before(() => {
    loadProduct(1);
    const root = path.dirname(load.resolve('onnxruntime-node/package.json'));
    const folder = path.join(root, 'bin', 'napi-v6', process.platform, process.arch);
    binding = load(path.join(folder, 'onnxruntime_binding.node')) as Binding;
  });

  it('is of the very version that package.json pins', () => {
    const { version } = load('onnxruntime-node/package.json') as { version: string };
    assert.equal(manifest.dependencies['onnxruntime-node'], version, 'pin the exact version');
  });

  it('exports InferenceSession and initOrtOnce', () => {
    const names = Object.keys(binding).join(', ');
    assert.equal(typeof binding.InferenceSession, 'function', changed(`no InferenceSession among ${names}`));
    assert.equal(typeof binding.initOrtOnce, 'function', changed(`no initOrtOnce among ${names}`));
  });

  it('has sessions that load a model from bytes and run synchronously', () => {
    assert.ok(binding.InferenceSession);
    const session = new binding.InferenceSession();
    assert.equal(typeof session.loadModel, 'function', changed('InferenceSession has no loadModel'));
    assert.equal(typeof session.run, 'function', changed('InferenceSession has no run'));
    const model = fusedMatMulModel(false, false);
    session.loadModel?.(model.buffer, model.byteOffset, model.byteLength, { logSeverityLevel: 4 });
    const tensor = (data: Float32Array) => ({ type: 'float32', data, dims: [1, 1], location: 'cpu' });
    const out = new Float32Array(1);
    const returned = session.run?.(
      { A: tensor(Float32Array.of(6)), B: tensor(Float32Array.of(7)) },
      { Y: tensor(out) },
      {},
    );
    // Looked at before anything else can run: an asynchronous call would still show 0.
    assert.equal(out[0], 42, changed('run does not fill the given output before it returns'));
    const then = (returned as { then?: unknown } | undefined)?.then;
    assert.equal(then, undefined, changed('run returns a promise'));
  });

  it('throws at the output that it cannot copy, after the product is there', () => {
    assert.ok(binding.InferenceSession);
    const session = new binding.InferenceSession();
    const model = fusedMatMulModel(false, false);
    session.loadModel?.(model.buffer, model.byteOffset, model.byteLength, { logSeverityLevel: 4 });
    const tensor = (data: Float32Array) => ({ type: 'float32', data, dims: [1, 1], location: 'cpu' });
    const out = new Float32Array(1);
    const feeds = { A: tensor(Float32Array.of(6)), B: tensor(Float32Array.of(7)) };
    assert.throws(
      () => session.run?.(feeds, { stop: null, Y: tensor(out) }, {}),
      /^Error: Tensor type \(16\) is not supported/,
      changed('outputs are copied again, which costs a fifth of the time'),
    );
    assert.equal(out[0], 42);
  });
});
