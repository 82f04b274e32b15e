import assert from 'node:assert/strict';
import fc from 'fast-check';
import { itemsOf, unitsOf } from '../../../../src/engine/scoring/planWork';
import { ScoreProgress, stepOf } from '../../../../src/engine/scoring/progress';
import type { Unit, Update } from '../../../../src/engine/scoring/work';
import { makeBatches } from '../../../../src/models/batches';
import { seededShuffle } from '../../../../src/shared/shuffle';
import type { Transformer } from '../../../../src/models/transformer';
import { memoryModes, type MemoryMode } from '../../../../src/shared/words';
import { temporaryFolder } from '../../files/temporary';
import { openSmall, samplesOf } from './tokenBatches';

/** What a unit reports, without numbers. */
function updatesOf({ index: unit, items }: Unit, mode: MemoryMode, layers: number): Update[] {
  if (mode !== 'streaming')
    return items.map((item) => ({ kind: 'batch', unit, item, losses: [], norms: [] }));
  const blocks = Array.from({ length: layers }, (_, layer) => layer);
  return [
    ...[...blocks, layers].map((layer) => ({ kind: 'forward', unit, layer }) as const),
    { kind: 'losses', unit, losses: [] },
    ...blocks.reverse().map((layer) => ({ kind: 'layer', unit, layer, norms: [] }) as const),
  ];
}

describe('the progress of a score', () => {
  const folder = temporaryFolder();
  let model: Transformer;
  before(async () => {
    model = await openSmall(folder.path, { num_hidden_layers: 3 });
  });

  const cases = fc.record({
    lengths: fc.array(fc.integer({ min: 2, max: 60 }), { minLength: 1, maxLength: 20 }),
    batchSize: fc.integer({ min: 1, max: 5 }),
    mode: fc.constantFrom(...memoryModes),
    processes: fc.integer({ min: 1, max: 4 }),
    seed: fc.integer(),
  });

  it('rises with every piece of arithmetic and reaches exactly 1, whichever unit comes first', () => {
    fc.assert(
      fc.property(cases, ({ lengths, batchSize, mode, processes, seed }) => {
        const items = itemsOf(model, [makeBatches(samplesOf(lengths), batchSize, 1)]);
        const units = unitsOf(model, items, mode, processes, false);
        const progress = new ScoreProgress(model, items, (index) => units[index], mode);
        assert.equal(progress.share, 0);
        let before = 0;
        for (const unit of seededShuffle(units, seed)) {
          for (const update of updatesOf(unit, mode, model.layers)) {
            progress.add(update);
            if (update.kind === 'forward' && update.layer === 0) assert.equal(progress.share, before);
            else assert.ok(progress.share > before, JSON.stringify(update));
            before = progress.share;
          }
        }
        assert.equal(progress.share, 1);
      }),
      { numRuns: 80, seed: 7 },
    );
  });

  it('does not count again what a unit that begins anew has to do again', () => {
    const items = itemsOf(model, [makeBatches(samplesOf([5, 6, 7, 8]), 2, 1)]);
    for (const mode of memoryModes) {
      const units = unitsOf(model, items, mode, 1, true);
      const progress = new ScoreProgress(model, items, (index) => units[index], mode);
      const updates = updatesOf(units[0]!, mode, model.layers);
      for (const update of updates.slice(0, -1)) progress.add(update);
      const before = progress.share;
      for (const update of updates.slice(0, -1)) progress.add(update);
      assert.ok(progress.share <= before && progress.share < 1, mode);
      progress.add(updates.at(-1)!);
      assert.equal(progress.share, 1);
    }
  });

  it('is told in words of a block where blocks are streamed', () => {
    const words = updatesOf({ index: 0, items: [0] }, 'streaming', 2).map((update) => stepOf(update, 2));
    assert.deepEqual(words, [
      undefined,
      'forward, block 1 of 2',
      'forward, block 2 of 2',
      'loss',
      'backward, block 2 of 2',
      'backward, block 1 of 2',
    ]);
    assert.equal(stepOf({ kind: 'batch', unit: 0, item: 0, losses: [], norms: [] }, 2), undefined);
  });
});
