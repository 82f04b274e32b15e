import assert from 'node:assert/strict';
import fc from 'fast-check';
import { close } from './close';
import { DeviceProcess } from './deviceProcess';
import { exactProduct, plainBatches, productCase } from './products';

describe("the device 'wasm', in a process of its own", () => {
  let engine: DeviceProcess;
  before(async () => {
    engine = new DeviceProcess();
    assert.deepEqual(await engine.ask('open', { device: 'wasm' }), { device: 'wasm', backend: 'wasm' });
  });
  after(() => engine.end());

  it('multiplies in all four orientations and leaves no turned side behind', async () => {
    const cases = fc.sample(productCase(plainBatches), { numRuns: 120, seed: 7 });
    assert.equal(new Set(cases.map((of) => `${of.transposeA} ${of.transposeB}`)).size, 4);
    const { results, dataLeft } = await engine.ask('products', { cases });
    cases.forEach((of, index) => {
      const expected = exactProduct(of);
      assert.deepEqual(results[index]!.shape, expected.shape);
      close(results[index]!.values, expected.values, 1e-5, JSON.stringify(of));
    });
    assert.equal(dataLeft, 0);
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
