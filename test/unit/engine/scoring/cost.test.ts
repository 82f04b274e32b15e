import assert from 'node:assert/strict';
import {
  batchFlops,
  blockFlops,
  headFlops,
  passingNumbers,
  savedNumbers,
} from '../../../../src/engine/scoring/cost';
import { readModelFolder } from '../../../../src/files/modelFolder';
import { openModel } from '../../../../src/models/openModel';
import type { Transformer } from '../../../../src/models/transformer';
import { fixtureFolder } from '../../../reference/fixture';
import { temporaryFolder } from '../../files/temporary';
import { batchOf, openSmall } from './tokenBatches';

describe('the cost of a batch', () => {
  const folder = temporaryFolder();
  let model: Transformer;
  before(async () => {
    model = await openSmall(folder.path);
  });

  it('grows in proportion to the samples, and faster than the length', () => {
    const one = batchFlops(model, batchOf(1, 16), false);
    assert.ok(one > 0);
    assert.ok(Math.abs(batchFlops(model, batchOf(4, 16), false) / one - 4) < 1e-9);
    assert.ok(batchFlops(model, batchOf(1, 32), false) > 2 * one);
  });

  it('counts of a forward pass every multiply-add of the matrices and of attention', () => {
    const [samples, length] = [3, 10];
    const { hidden_size: width, intermediate_size: inner } = { hidden_size: 16, intermediate_size: 28 };
    const keys = 8;
    const matrices = 2 * width * width + 2 * keys * width + 3 * inner * width;
    const attention = 2 * width * length;
    const { forward, backward } = blockFlops(model, 0, batchOf(samples, length));
    assert.equal(forward, 2 * samples * length * (matrices + attention));
    assert.ok(backward > forward);
  });

  it('is the sum of its blocks and its head; with blocks computed twice, their forward passes more', () => {
    const batch = batchOf(2, 9);
    const blocks = [0, 1].map((layer) => blockFlops(model, layer, batch));
    const sum = (of: (block: (typeof blocks)[0]) => number): number =>
      blocks.reduce((total, block) => total + of(block), 0);
    const once = sum(({ forward, backward }) => forward + backward) + headFlops(model, batch);
    assert.equal(batchFlops(model, batch, false), once);
    assert.equal(batchFlops(model, batch, true), once + sum(({ forward }) => forward));
  });

  it('grows with layers, width of the mlp and vocabulary', async () => {
    const batch = batchOf(2, 9);
    const flops = batchFlops(model, batch, false);
    for (const change of [{ num_hidden_layers: 3 }, { intermediate_size: 29 }, { vocab_size: 41 }]) {
      const larger = await openSmall(folder.path, change);
      assert.ok(batchFlops(larger, batch, false) > flops, JSON.stringify(change));
    }
  });

  it('of a head: of the positions whose next token is predicted alone; of a classifier nothing', async () => {
    const batch = batchOf(1, 20);
    const label = { ...batch, positions: batch.positions.slice(-1) };
    assert.equal(headFlops(model, batch), 19 * headFlops(model, label));
    const classifier = openModel(await readModelFolder(fixtureFolder('bert-two-1')));
    assert.equal(headFlops(classifier, batch), 0);
  });

  it('in memory grows with samples in proportion, with tokens faster, and with the block', async () => {
    const [batch, spec] = [batchOf(1, 16), model.spec.block(0)];
    const wider = (await openSmall(folder.path, { intermediate_size: 200 })).spec.block(0);
    for (const numbers of [savedNumbers, passingNumbers]) {
      const one = numbers(spec, batch);
      assert.ok(one > 0);
      assert.equal(numbers(spec, batchOf(4, 16)), 4 * one);
      assert.ok(numbers(spec, batchOf(1, 32)) > 2 * one);
      assert.ok(numbers(wider, batch) > one);
    }
  });
});
