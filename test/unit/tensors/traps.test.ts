import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { openDevice } from '../../../src/tensors/device';
import { wasmBackend } from '../../../src/tensors/wasmHeap';

/**
 * What tfjs 4.22 gets wrong without a word, or cannot do, and what keeps us from it. Guards with tests of their own:
 * malloc's 0 (wasmHeap.test.ts), the gradient of gather (missing.test.ts), long sums (primitives/loss.test.ts).
 */
const root = path.resolve(__dirname, '../../../src');
const rooms = ['tensors', 'models', 'engine'];

const sources = rooms.flatMap((room) =>
  readdirSync(path.join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const file = path.join(room, name).replaceAll(path.sep, '/');
      return { file, text: readFileSync(path.join(root, room, name), 'utf8') };
    }),
);

/** Files of src that call one of these operations of tfjs. */
const callers = (operations: readonly string[]): string[] => {
  const call = new RegExp(`\\btf\\.(${operations.join('|')})\\b`);
  return sources.filter(({ text }) => call.test(text)).map(({ file }) => file);
};

describe('traps of tfjs', () => {
  before(() => openDevice('native', 1));

  it('the search finds calls where there are some', () => {
    assert.ok(callers(['matMul']).includes('tensors/ops/matrix.ts'));
  });

  it('fused products add their bias once a block on wasm: none is used', () => {
    assert.deepEqual(callers(['fused']), []);
  });

  it('einsum has no kernel on wasm and no gradient: it is not used', () => {
    assert.deepEqual(callers(['einsum']), []);
  });

  it('these have no gradient, so nothing is differentiated through them: they are not used', () => {
    assert.deepEqual(callers(['gatherND', 'scatterND', 'stridedSlice', 'topk', 'tensorScatterUpdate']), []);
  });

  it('long float32 sums lose digits on wasm: squares are summed by `dots`, in float64', () => {
    const files = callers(['sum', 'norm', 'dot', 'cumsum', 'prod']);
    // Sums over a batch's members or a row of shares, of few numbers, and those for a card, which are short as well.
    assert.deepEqual(files.sort(), [
      'models/heads/classHead.ts',
      'tensors/primitives/composedAttention.ts',
      'tensors/primitives/onCard.ts',
      'tensors/selfCheck.ts',
    ]);
  });

  it('a card gives numbers later: all are read by `readNumbers`, or where devices answer at once', () => {
    const reads = sources.filter(({ text }) => /\.(dataSync|arraySync|data|array)\(\)/.test(text));
    assert.deepEqual(reads.map(({ file }) => file).sort(), [
      'tensors/primitives/composed.ts',
      'tensors/readBack.ts',
    ]);
  });

  it('comparisons on the tape have no gradient: only primitives compare, which no tape sees', () => {
    const files = callers([
      'greater',
      'greaterEqual',
      'less',
      'lessEqual',
      'equal',
      'notEqual',
      'where',
      'logicalAnd',
    ]);
    for (const file of files) assert.match(file, /^tensors\/primitives\//);
    const x = tf.tensor1d([-1, 2]);
    const masked = (input: tf.Tensor): tf.Tensor => tf.mul(input, tf.cast(tf.greater(input, 0), 'float32'));
    assert.throws(() => tf.tidy(() => tf.grad(masked)(x)), /gradient function not found/i);
    // What the error leaves on tfjs's tape: `trace` frees it.
    tf.dispose([x, ...(tf.engine().state.activeTape ?? []).flatMap(({ saved }) => saved ?? [])]);
    tf.engine().state.activeTape = [];
  });

  it('a product of 3-D by 2-D has no gradient: linear layers take rows', () => {
    tf.tidy(() => {
      const [x, weight] = [tf.ones([2, 3, 4]), tf.ones([4, 5])];
      assert.throws(() => tf.grads((a, b) => tf.matMul(a, b))([x, weight]), /shape/i);
    });
    const linear = sources.find(({ file }) => file === 'tensors/ops/linear.ts')?.text ?? '';
    assert.match(linear, /x: tf\.Tensor2D,\n {2}\{ weight/);
  });

  it('the threaded build is not taken: one thread computes, addresses stay where they are', () => {
    assert.equal(tf.env().get('WASM_HAS_MULTITHREAD_SUPPORT'), false);
    assert.ok(wasmBackend().wasm.HEAPU8.buffer instanceof ArrayBuffer);
  });
});
