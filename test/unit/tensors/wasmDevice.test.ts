import assert from 'node:assert/strict';
import fc from 'fast-check';
import { close } from './close';
import { DeviceProcess } from './deviceProcess';
import {
  edgeCases,
  exactProduct,
  mixedBatches,
  plainBatches,
  productCase,
  type ProductCase,
} from './products';

/** @returns the highest address of a result */
async function checkProducts(engine: DeviceProcess, cases: readonly ProductCase[]): Promise<number> {
  const { results, dataLeft, highest } = await engine.ask('products', { cases });
  cases.forEach((of, index) => {
    const expected = exactProduct(of);
    assert.deepEqual(results[index]!.shape, expected.shape);
    close(results[index]!.values, expected.values, 1e-5, JSON.stringify(of));
  });
  assert.equal(dataLeft, 0);
  return highest;
}

const samples = (batches: Parameters<typeof productCase>[0]): ProductCase[] =>
  fc.sample(productCase(batches), { numRuns: 120, seed: 7 });

describe("the device 'wasm', in a process of its own", () => {
  let engine: DeviceProcess;
  before(async () => {
    engine = new DeviceProcess();
    const { device, backend } = await engine.ask('open', { device: 'wasm' });
    assert.deepEqual([device, backend], ['wasm', 'wasm']);
  });
  after(() => engine.end());

  it('multiplies in all four orientations, with every broadcast, and leaves nothing behind', async () => {
    const cases = samples([...plainBatches, ...mixedBatches]);
    assert.equal(new Set(cases.map((of) => `${of.transposeA} ${of.transposeB}`)).size, 4);
    await checkProducts(engine, cases);
  });

  it('multiplies at every edge of its tiles and blocks', async () => {
    await checkProducts(engine, edgeCases);
  });

  it('keeps products without rows, columns, inner entries or matrices', async () => {
    const of = (aShape: number[], bShape: number[]): ProductCase => ({
      ...{ aShape, bShape, transposeA: false, transposeB: false, seed: 1 },
    });
    await checkProducts(engine, [
      of([0, 3], [3, 2]),
      of([2, 3], [3, 0]),
      of([3, 0], [0, 5]),
      of([0, 2, 3], [0, 3, 2]),
    ]);
  });

  it('says out-of-memory when the heap is full, and computes on', async () => {
    // The second piece of 3 GB would begin before the heap's end and end behind the address space's.
    const large = await engine.ask('fillHeap', { blockBytes: 3e9 });
    assert.deepEqual(large, { ...large, blocks: 1, code: 'out-of-memory', afterwards: [2, 3, 4] });
    const small = await engine.ask('fillHeap', { blockBytes: 2 ** 28 });
    assert.equal(small.code, 'out-of-memory');
    assert.match(small.message, /4 GiB .* no room for another 268\.4 MB/);
    assert.ok(small.blocks >= 10 && small.blocks <= 16, `${small.blocks} blocks of 256 MiB`);
    assert.deepEqual(small.afterwards, [2, 3, 4]);
  });
});

describe("the device 'wasm' on other engines", () => {
  const started = async (
    builds: readonly ('fma' | 'simd')[],
    use: (engine: DeviceProcess, description: string, primitives: string) => Promise<void>,
  ): Promise<void> => {
    const engine = new DeviceProcess();
    try {
      const { description, primitives } = await engine.ask('startWasm', { builds });
      await use(engine, description, primitives);
    } finally {
      await engine.end();
    }
  };

  it('without fused multiply-add: the same products by the plain build', () =>
    started(['simd'], async (engine, description, primitives) => {
      assert.deepEqual([description, primitives], ['CPU, WebAssembly SIMD, 1 thread', 'heap']);
      await checkProducts(engine, [...samples([...plainBatches, ...mixedBatches]), ...edgeCases]);
    }));

  it('above 2 GiB, where addresses are negative to the kernels: the same products', () =>
    started(['fma'], async (engine, description) => {
      assert.equal(description, 'CPU, WebAssembly SIMD with fused multiply-add, 1 thread');
      await engine.ask('holdHeap', { bytes: 3e9 });
      const highest = await checkProducts(engine, [
        { aShape: [600, 31], bShape: [1100, 31], transposeA: false, transposeB: true, seed: 1 },
        { aShape: [31, 600], bShape: [31, 1100], transposeA: true, transposeB: false, seed: 2 },
      ]);
      assert.ok(highest > 2 ** 31, String(highest));
    }));

  it("that run none of our kernels: tfjs's own, turned first, and the description says so", () =>
    started([], async (engine, description, primitives) => {
      assert.match(
        description,
        /1 thread\. This engine cannot run our own kernels: .* several times as long$/,
      );
      assert.equal(primitives, 'composed');
      await checkProducts(engine, [...samples(plainBatches), ...edgeCases]);
    }));
});
