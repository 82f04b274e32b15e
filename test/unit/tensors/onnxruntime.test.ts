import assert from 'node:assert/strict';
import fc from 'fast-check';
import { loadProduct, type Product } from '../../../src/tensors/onnxruntime';
import { close } from './close';
import { exactProduct, mixedBatches, plainBatches, productCase, sidesOf } from './products';

const untouched = 12345;

describe('ONNX Runtime product', () => {
  let product: Product;
  before(() => {
    product = loadProduct(1);
  });

  it('multiplies in all four orientations, odd shapes, batched and broadcast, in place on the given memory', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(productCase([...plainBatches, ...mixedBatches]), (of) => {
        const { a, b } = sidesOf(of);
        const { shape, values } = exactProduct(of);
        // One memory for all, as on the wasm heap, with guards around each part and starts off the 8-byte grid.
        const memory = new Float32Array(a.length + b.length + values.length + 4).fill(untouched);
        const at = { a: 1, b: a.length + 2, out: a.length + b.length + 3 };
        memory.set(a, at.a);
        memory.set(b, at.b);
        const part = (from: number, length: number): Float32Array => memory.subarray(from, from + length);
        const { aShape, bShape, transposeA, transposeB } = of;
        product(
          part(at.a, a.length),
          aShape,
          part(at.b, b.length),
          bShape,
          part(at.out, values.length),
          shape,
          transposeA,
          transposeB,
        );
        close(part(at.out, values.length), values, 1e-5, `${JSON.stringify(of)}`);
        assert.deepEqual(part(at.a, a.length), a);
        assert.deepEqual(part(at.b, b.length), b);
        const guards = [0, at.b - 1, at.out - 1, at.out + values.length];
        assert.ok(guards.every((index) => memory[index] === untouched));
        seen.add(`${transposeA} ${transposeB}`);
      }),
      { numRuns: 200, seed: 1 },
    );
    assert.equal(seen.size, 4);
  });

  it('uses several threads where asked, with the same result', () => {
    const of = { aShape: [130, 140], bShape: [150, 140], transposeA: false, transposeB: true, seed: 3 };
    const { a, b } = sidesOf(of);
    const { shape, values } = exactProduct(of);
    const out = new Float32Array(values.length);
    loadProduct(2)(a, of.aShape, b, of.bShape, out, shape, false, true);
    close(out, values, 1e-5, 'two threads');
  });

  it('throws at once where inner sizes differ, and goes on afterwards', () => {
    const ones = new Float32Array(6).fill(1);
    const out = new Float32Array(4);
    assert.throws(() => product(ones, [2, 3], ones, [2, 3], out, [2, 3], false, false));
    product(ones, [2, 3], ones, [2, 3], out, [2, 2], false, true);
    assert.deepEqual([...out], [3, 3, 3, 3]);
  });
});
