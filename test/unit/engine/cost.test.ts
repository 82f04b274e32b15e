import assert from 'node:assert/strict';
import path from 'node:path';
import { batchFlops, requireRoom, scoringBytes } from '../../../src/engine/cost';
import { readModelFolder } from '../../../src/files/modelFolder';
import { makeBatches, type Batch } from '../../../src/models/batches';
import type { CausalModel } from '../../../src/models/causalModel';
import { openModel } from '../../../src/models/openModel';
import { throwsWith } from '../files/throwsCode';

const llama = path.join(__dirname, '..', '..', 'reference', 'data', 'llama-1');
const batchOf = (samples: number, length: number): Batch =>
  makeBatches(
    Array.from({ length: samples }, () => {
      const ids = Array.from({ length }, (_, n) => n);
      return { ids, targets: ids };
    }),
    samples,
    1,
  )[0]!;

describe('the cost of a batch', () => {
  let model: CausalModel;
  before(async () => {
    model = openModel(await readModelFolder(llama));
  });

  it('grows in proportion to the samples, and faster than the length', () => {
    const one = batchFlops(model, batchOf(1, 16));
    assert.ok(one > 0);
    assert.ok(Math.abs(batchFlops(model, batchOf(4, 16)) / one - 4) < 1e-9);
    assert.ok(batchFlops(model, batchOf(1, 32)) > 2 * one);
  });

  it('holds at least the float32 weights, and more for more tokens', () => {
    const parameters = 1000;
    const small = scoringBytes(model, batchOf(1, 4), parameters);
    assert.ok(small > 4 * parameters);
    assert.equal(scoringBytes(model, batchOf(1, 4), 2 * parameters) - small, 4 * parameters);
    assert.ok(scoringBytes(model, batchOf(1, 8), parameters) > small);
    assert.ok(scoringBytes(model, batchOf(2, 4), parameters) > small);
  });
});

describe('requireRoom', () => {
  it('refuses on the devices of the WebAssembly heap what cannot fit, with the size', () => {
    for (const device of ['native', 'wasm']) {
      requireRoom(3.9e9, device);
      throwsWith(
        () => requireRoom(4.2e9, device),
        'out-of-memory',
        new RegExp(`about 4\\.2 GB; the '${device}' device can hold 4 GB`),
      );
    }
  });

  it('lets devices with memory of their own try', () => {
    requireRoom(1e12, 'tensorflow');
    requireRoom(1e12, 'cpu');
  });
});
