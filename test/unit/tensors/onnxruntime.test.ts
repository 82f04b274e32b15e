import assert from 'node:assert/strict';
import fc from 'fast-check';
import { loadProduct, type Product } from '../../../src/tensors/onnxruntime';
import { close } from './close';
import { numbers } from './numbers';
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

  it('gives the very same digits for any number of threads', () => {
    const products = [1, 2, 3, 4, 8, 16].map((threads) => loadProduct(threads));
    // Beside the sizes at which the library begins to sum in another order: 64 columns, one row, blocks of 128.
    const size = fc.oneof(
      fc.integer({ min: 1, max: 300 }),
      fc.constantFrom(64, 128, 129, 256, 512, 768, 1100),
    );
    const batch = fc.constantFrom(1, 1, 3);
    fc.assert(
      fc.property(size, size, size, batch, fc.boolean(), fc.boolean(), (m, k, n, count, left, right) => {
        fc.pre(count * m * k * n < 5e7);
        const [a, b] = [numbers(count * m * k, m + k), numbers(count * k * n, k + n)];
        const aShape = [count, ...(left ? [k, m] : [m, k])];
        const bShape = [count, ...(right ? [n, k] : [k, n])];
        const [first, ...others] = products.map((multiply) => {
          const out = new Float32Array(count * m * n);
          multiply(a, aShape, b, bShape, out, [count, m, n], left, right);
          return Buffer.from(out.buffer);
        });
        for (const other of others) assert.equal(Buffer.compare(other, first!), 0);
      }),
      { numRuns: 60, seed: 4 },
    );
  });

  it('throws at once where inner sizes differ, and goes on afterwards', () => {
    const ones = new Float32Array(6).fill(1);
    const out = new Float32Array(4);
    assert.throws(() => product(ones, [2, 3], ones, [2, 3], out, [2, 3], false, false));
    product(ones, [2, 3], ones, [2, 3], out, [2, 2], false, true);
    assert.deepEqual([...out], [3, 3, 3, 3]);
  });
});
