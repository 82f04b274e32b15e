import assert from 'node:assert/strict';
import fc from 'fast-check';
import { batchFlops } from '../../../../src/engine/scoring/cost';
import { itemsOf, unitsOf } from '../../../../src/engine/scoring/planWork';
import type { WorkItem } from '../../../../src/engine/scoring/work';
import { makeBatches } from '../../../../src/models/batches';
import type { Transformer } from '../../../../src/models/transformer';
import { memoryModes } from '../../../../src/shared/words';
import { temporaryFolder } from '../../files/temporary';
import { openSmall, samplesOf } from './tokenBatches';

describe('the work of a score', () => {
  const folder = temporaryFolder();
  let model: Transformer;
  before(async () => {
    model = await openSmall(folder.path);
  });

  const lengths = fc.array(fc.integer({ min: 2, max: 60 }), { minLength: 1, maxLength: 30 });
  const tasks = fc.array(lengths, { minLength: 1, maxLength: 3 });
  const cutting = fc.record({ tasks, batchSize: fc.integer({ min: 1, max: 6 }) });
  const batchesOf = (of: readonly number[][], batchSize: number) =>
    of.map((task) => makeBatches(samplesOf(task), batchSize, 1));

  it('has every batch of every task once, the cheapest first and the costliest second', () => {
    fc.assert(
      fc.property(cutting, ({ tasks: of, batchSize }) => {
        const batches = batchesOf(of, batchSize);
        const items = itemsOf(model, batches);
        const costs = items.map(({ batch }) => batchFlops(model, batch, false));
        assert.equal(costs[0], Math.min(...costs));
        assert.equal(costs[Math.min(1, costs.length - 1)], Math.max(...costs));
        const wanted = new Set(batches.flat());
        assert.equal(items.length, wanted.size);
        for (const { task, batch } of items) {
          assert.ok(wanted.delete(batch));
          assert.ok(batches[task]!.includes(batch));
        }
      }),
      { numRuns: 60, seed: 5 },
    );
  });

  it('is cut into units that hold every item once, in every mode and for any number of processes', () => {
    fc.assert(
      fc.property(
        cutting,
        fc.constantFrom(...memoryModes),
        fc.integer({ min: 0, max: 40 }),
        fc.boolean(),
        ({ tasks: of, batchSize }, mode, processes, taylor) => {
          const items = itemsOf(model, batchesOf(of, batchSize));
          const units = unitsOf(model, items, mode, processes, taylor);
          assert.deepEqual(
            units.map(({ index }) => index),
            [...units.keys()],
          );
          assert.ok(units.every((unit) => unit.items.length > 0));
          assert.deepEqual(
            units.flatMap((unit) => unit.items).sort((a, b) => a - b),
            [...items.keys()],
          );
          if (!taylor) return;
          const tasksOf = units.map((unit) => new Set(unit.items.map((item) => items[item]!.task)));
          assert.ok(tasksOf.every(({ size }) => size === 1));
          assert.equal(units.length, of.length, 'whole gradients are summed over all of a task');
        },
      ),
      { numRuns: 150, seed: 6 },
    );
  });

  it('is one item at a time on a tape', () => {
    const items = itemsOf(model, batchesOf([[3, 4, 5, 6, 7]], 1));
    for (const mode of ['tape', 'micro-batches'] as const) {
      assert.deepEqual(
        unitsOf(model, items, mode, 2, false).map((unit) => unit.items),
        [[0], [1], [2], [3], [4]],
      );
    }
  });

  const tokensOf = (items: readonly WorkItem[], unit: readonly number[]): number =>
    unit.reduce((sum, item) => sum + items[item]!.batch.members.length * items[item]!.batch.length, 0);

  it('of a stream is shared out alike: a unit for each process, none much larger than another', () => {
    const items = itemsOf(model, batchesOf([Array.from({ length: 48 }, (_, n) => 4 + (n % 8))], 1));
    for (const processes of [1, 2, 3, 4, 7]) {
      const units = unitsOf(model, items, 'streaming', processes, false);
      assert.equal(units.length, processes);
      const sizes = units.map((unit) => tokensOf(items, unit.items));
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 2 * 11, String(sizes));
    }
  });

  it('of a stream never has more tokens in a unit than its room on disk, whatever is asked', async () => {
    // A width at which a few hundred positions fill the room.
    const wide = await openSmall(folder.path, { hidden_size: 64, num_attention_heads: 4 });
    const heavy = Object.create(wide, { spec: { value: { ...wide.spec, width: 250_000 } } }) as Transformer;
    const items = itemsOf(wide, batchesOf([Array<number>(40).fill(16)], 1));
    const units = unitsOf(heavy, items, 'streaming', 1, false);
    const all = tokensOf(items, [...items.keys()]);
    const room = Math.min(128e6 / 4, 2e9 / 4 / (heavy.layers + 3)) / 250_000;
    assert.ok(all > room);
    assert.ok(units.length >= Math.ceil(all / room));
    for (const unit of units) assert.ok(tokensOf(items, unit.items) <= room + 16, String(room));
  });
});
