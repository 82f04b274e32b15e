import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import path from 'node:path';
import { readModelFolder } from '../../../../src/files/modelFolder';
import { makeBatches } from '../../../../src/models/batches';
import { openModel } from '../../../../src/models/openModel';
import type { Sample } from '../../../../src/models/samples';
import type { Transformer } from '../../../../src/models/transformer';
import { openDevice } from '../../../../src/tensors/device';
import { temporaryFolder } from '../../files/temporary';
import { rejectsWith } from '../../files/throwsCode';
import { smallLlama, writeRandomLlama } from '../../models/randomLlama';
import { sampleOf } from '../../models/tokenizedSamples';
import { close } from '../../tensors/close';
import { held, modes, numbersOf, orderOf, settingsOf, updatesOf, type Numbers } from './units';

describe('UnitRunner', () => {
  const folder = temporaryFolder();
  let model: Transformer;
  before(async () => {
    await openDevice('native', 1);
    await writeRandomLlama(path.join(folder.path, 'small'));
    model = openModel(await readModelFolder(path.join(folder.path, 'small')));
  });
  afterEach(() => model.dispose());

  const unitFolder = (): string => path.join(folder.path, 'unit');
  const samples = fc.sample(sampleOf(13, smallLlama.vocab_size), { numRuns: 7, seed: 16 });
  async function scored(all: readonly Sample[], batchSize: number, mode = modes[0]!): Promise<Numbers> {
    const order = orderOf(all, batchSize, unitFolder());
    return numbersOf(model, order, await updatesOf(model, settingsOf(mode), order));
  }

  it('gives each sample the same numbers alone, with others, and however far it is padded', async () => {
    const several = fc.array(sampleOf(13, smallLlama.vocab_size), { minLength: 2, maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(several, fc.integer({ min: 2, max: 5 }), async (all, batchSize) => {
        const alone = await scored(all, 1);
        const together = await scored(all, batchSize);
        all.forEach((_, sample) => {
          close([together.losses[sample]!], [alone.losses[sample]!], 1e-5, `loss of ${sample}`);
          alone.norms.forEach((row, module) =>
            close([together.norms[module]![sample]!], [row[sample]!], 1e-5, `${sample}, module ${module}`),
          );
        });
      }),
      { numRuns: 12, seed: 15 },
    );
  });

  it('gives the very same numbers block by block as on a tape', async () => {
    const several = fc.array(sampleOf(20, smallLlama.vocab_size), { minLength: 1, maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(several, fc.integer({ min: 1, max: 5 }), async (all, batchSize) => {
        const tape = await scored(all, batchSize, 'tape');
        assert.ok(tape.norms.every((row) => row.length === all.length && row.every((value) => value >= 0)));
        assert.deepEqual(await scored(all, batchSize, 'streaming'), tape);
      }),
      { numRuns: 15, seed: 17 },
    );
  });

  for (const mode of modes) {
    it(`does not look at what stands in the padding (${mode})`, async () => {
      const [batch] = makeBatches(
        [
          { ids: [3, 4, 5], targets: [3, 4, 5] },
          { ids: [6, 7, 8, 9, 10], targets: [6, 7, 8, 9, 10] },
        ],
        2,
        1,
      );
      const other = {
        ...batch!,
        ids: batch!.ids.map((id, index) => (index === 3 || index === 4 ? 39 : id)),
      };
      assert.notDeepEqual(batch!.ids, other.ids);
      const updates = [batch!, other].map(async (of, index) => {
        const order = orderOf([], 1, `${unitFolder()} ${index}`);
        return { ...order, unit: { index: 0, items: [0] }, items: [{ task: 0, batch: of }] };
      });
      const [one, two] = await Promise.all(updates);
      const first = await updatesOf(model, settingsOf(mode), one!);
      assert.deepEqual(await updatesOf(model, settingsOf(mode), two!), first);
    });

    it(`repeats itself to the last digit and leaves no tensor and no file behind (${mode})`, async () => {
      const before = held();
      const first = await scored(samples, 3, mode);
      assert.ok(!existsSync(unitFolder()));
      assert.deepEqual(await scored(samples, 3, mode), first);
      await model.dispose();
      assert.deepEqual(held(), before);
    });

    it(`lets a message in: a real signal stops it (${mode})`, async () => {
      const controller = new AbortController();
      setImmediate(() => controller.abort());
      const order = orderOf(samples, 1, unitFolder());
      await rejectsWith(updatesOf(model, settingsOf(mode), order, controller.signal), 'cancelled');
    });
  }

  it('reports each item on a tape, and each step of a stream, in order', async () => {
    const order = orderOf(samples, 3, unitFolder());
    const tape = await updatesOf(model, settingsOf('tape'), order);
    assert.deepEqual(
      tape.map((update) => update.kind === 'batch' && update.item),
      [0, 1, 2],
    );
    const streamed = await updatesOf(model, settingsOf('streaming'), order);
    assert.deepEqual(
      streamed.map((update) => ('layer' in update ? [update.kind, update.layer] : [update.kind])),
      [['forward', 0], ['forward', 1], ['forward', 2], ['losses'], ['layer', 1], ['layer', 0]],
    );
  });

  it('draws the labels from the model where asked: other numbers, the same in both modes', async () => {
    const order = orderOf(samples, 3, unitFolder());
    const numbers = async (mode: (typeof modes)[number], seed: number): Promise<Numbers> => {
      const settings = settingsOf(mode, { labels: { kind: 'true', seed } });
      return numbersOf(model, order, await updatesOf(model, settings, order));
    };
    const drawn = await numbers('tape', 1);
    assert.deepEqual(await numbers('streaming', 1), drawn);
    assert.notDeepEqual(await numbers('tape', 2), drawn);
    assert.notDeepEqual(await scored(samples, 3, 'tape'), drawn);
  });
});
