import assert from 'node:assert/strict';
import path from 'node:path';
import type { UnitOrder } from '../../../../src/engine/scoring/unitRunner';
import { readModelFolder } from '../../../../src/files/modelFolder';
import { openModel } from '../../../../src/models/openModel';
import type { Sample } from '../../../../src/models/samples';
import type { Transformer } from '../../../../src/models/transformer';
import { openDevice } from '../../../../src/tensors/device';
import { wasmBackend } from '../../../../src/tensors/wasmHeap';
import { temporaryFolder } from '../../files/temporary';
import { rejectsWith } from '../../files/throwsCode';
import { smallLlama, writeRandomLlama } from '../../models/randomLlama';
import { held, modes, orderOf, settingsOf, signalAt, updatesOf } from './units';

const samples: Sample[] = [
  [1, 2, 3, 4],
  [5, 6, 7],
].map((ids) => ({ ids, targets: ids }));

/** What ends a unit early must leave the device as it was: the process goes on to another job. */
describe('UnitRunner, ended early', () => {
  const folder = temporaryFolder();
  let model: Transformer;
  let order: UnitOrder;
  const open = async (name: string): Promise<Transformer> =>
    openModel(await readModelFolder(path.join(folder.path, name)));
  before(async () => {
    await openDevice('native', 1);
    await writeRandomLlama(path.join(folder.path, 'small'));
    model = await open('small');
    order = orderOf(samples, 1, path.join(folder.path, 'unit'));
  });
  afterEach(() => model.dispose());

  for (const mode of modes) {
    for (const taylor of [false, true]) {
      const settings = settingsOf(mode, { taylor });
      const named = `${mode}${taylor ? ', with whole gradients' : ''}`;

      it(`stops where the signal fires, at every look, and leaves no tensor behind (${named})`, async () => {
        const before = held();
        let looks = 0;
        await updatesOf(
          model,
          settings,
          order,
          signalAt(Infinity, () => looks++),
        );
        const perItem = mode === 'streaming' ? 2 * model.layers : 1;
        assert.equal(looks, perItem * samples.length, 'before each item, in each block where blocks stream');
        for (let at = 0; at < looks; at++) {
          await rejectsWith(updatesOf(model, settings, order, signalAt(at)), 'cancelled');
          await model.dispose();
          assert.deepEqual(held(), before, `cancelled at look ${at}`);
        }
      });

      it(`leaves no tensor behind where the heap is full, at whichever allocation (${named})`, async () => {
        const before = held();
        const { wasm } = wasmBackend();
        const malloc = wasm._malloc;
        const failAt = async (last: number): Promise<number> => {
          let allocations = 0;
          wasm._malloc = (bytes) => malloc(++allocations > last ? 2 ** 33 : bytes);
          try {
            await updatesOf(model, settings, order);
          } finally {
            wasm._malloc = malloc;
            await model.dispose();
          }
          return allocations;
        };
        const all = await failAt(Infinity);
        for (let at = 0; at < all; at++) {
          await rejectsWith(failAt(at), 'out-of-memory');
          // Not the pieces of memory: tfjs's own gather forgets some of its own where its output finds no room.
          assert.equal(held().tensors, before.tensors, `full at allocation ${at} of ${all}`);
        }
      });

      it(`leaves no tensor behind where what it reports cannot be kept (${named})`, async () => {
        const before = held();
        const { length } = await updatesOf(model, settings, order);
        for (let at = 0; at < length; at++) {
          const full = new Error('No space is left.');
          let reports = 0;
          const failing = updatesOf(model, settings, order, undefined, () => {
            if (reports++ === at) throw full;
          });
          await assert.rejects(failing, full);
          await model.dispose();
          assert.deepEqual(held(), before, `failed at report ${at} of ${length}`);
        }
      });
    }

    it(`names the sample whose loss is not finite, and leaves no tensor behind (${mode})`, async () => {
      await writeRandomLlama(path.join(folder.path, 'huge'), smallLlama, (tensors) =>
        tensors.map((tensor) =>
          tensor.name === 'model.norm.weight'
            ? { ...tensor, data: new Float32Array(tensor.data.length).fill(3e38) }
            : tensor,
        ),
      );
      const huge = await open('huge');
      const before = held();
      const one = orderOf(samples.slice(0, 1), 1, path.join(folder.path, 'huge unit'));
      await rejectsWith(
        updatesOf(huge, settingsOf(mode), one),
        'loss-not-finite',
        /The loss of sample 0 is /,
      );
      await huge.dispose();
      assert.deepEqual(held(), before);
    });

    it(`can be run again by the same runner's model after each failure (${mode})`, async () => {
      const wanted = await updatesOf(model, settingsOf(mode), order);
      for (const at of [0, 1]) {
        await rejectsWith(updatesOf(model, settingsOf(mode), order, signalAt(at)), 'cancelled');
        assert.deepEqual(await updatesOf(model, settingsOf(mode), order), wanted);
      }
    });
  }
});
