import assert from 'node:assert/strict';
import fc from 'fast-check';
import { appendFileSync, cpSync, existsSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import path from 'node:path';
import type { ScoringSettings, UnitOrder } from '../../../../src/engine/scoring/unitRunner';
import { isFinished, type Update } from '../../../../src/engine/scoring/work';
import { readModelFolder } from '../../../../src/files/modelFolder';
import { openModel } from '../../../../src/models/openModel';
import type { Transformer } from '../../../../src/models/transformer';
import { openDevice } from '../../../../src/tensors/device';
import { temporaryFolder } from '../../files/temporary';
import { smallLlama, writeRandomLlama } from '../../models/randomLlama';
import { sampleOf } from '../../models/tokenizedSamples';
import { modes, never, numbersOf, orderOf, progressAfter, settingsOf, signalAt, updatesOf } from './units';

/** A moment of a unit: what it had reported, and a copy of its folder. */
interface Moment {
  readonly reported: readonly Update[];
  readonly folder: string;
}

/**
 * A unit that was killed at any moment and goes on from what its journal holds. The journal is written behind the reports,
 * in another process even: the last of them may be missing in it.
 */
describe('UnitRunner, resumed', () => {
  const folder = temporaryFolder();
  let model: Transformer;
  let order: UnitOrder;
  before(async () => {
    await openDevice('native', 1);
    const config = { ...smallLlama, num_hidden_layers: 3 };
    await writeRandomLlama(path.join(folder.path, 'small'), config);
    model = openModel(await readModelFolder(path.join(folder.path, 'small')));
    const samples = fc.sample(sampleOf(9, smallLlama.vocab_size), { numRuns: 3, seed: 3 });
    order = orderOf(samples, 2, path.join(folder.path, 'unit'));
  });
  after(() => model.dispose());

  /** The folder as it was whenever something was reported, and whenever the unit looked whether it shall stop. */
  async function momentsOf(settings: ScoringSettings): Promise<{ all: Update[]; moments: Moment[] }> {
    const reported: Update[] = [];
    const moments: Moment[] = [];
    const keep = (): void => {
      const copy = path.join(folder.path, `moment ${settings.mode} ${settings.taylor} ${moments.length}`);
      if (existsSync(order.folder)) cpSync(order.folder, copy, { recursive: true });
      moments.push({ reported: [...reported], folder: copy });
    };
    const all = await updatesOf(model, settings, order, signalAt(Infinity, keep), (update) => {
      reported.push(update);
      keep();
    });
    return { all, moments };
  }

  async function goOn(settings: ScoringSettings, journal: readonly Update[], at: string): Promise<Update[]> {
    const progress = progressAfter(journal, model);
    if (isFinished(order.unit, progress, settings.mode, settings.taylor)) return [...journal];
    rmSync(order.folder, { recursive: true, force: true });
    if (existsSync(at)) cpSync(at, order.folder, { recursive: true });
    return [...journal, ...(await updatesOf(model, settings, { ...order, progress }))];
  }

  for (const mode of modes) {
    for (const taylor of [false, true]) {
      const settings = settingsOf(mode, { taylor });

      it(`gives the very same numbers from any moment (${mode}${taylor ? ', whole gradients' : ''})`, async () => {
        const { all, moments } = await momentsOf(settings);
        const wanted = numbersOf(model, order, all);
        assert.ok(moments.length > all.length);
        for (const [index, { reported, folder: at }] of moments.entries()) {
          for (const lag of [0, 1, 2].filter((missing) => missing <= reported.length)) {
            const updates = await goOn(settings, reported.slice(0, reported.length - lag), at);
            const said = `moment ${index} of ${moments.length}, ${lag} reports missing`;
            assert.deepEqual(numbersOf(model, order, updates), wanted, said);
          }
        }
      });
    }
  }

  it('does nothing again that a stream has on disk', async () => {
    const settings = settingsOf('streaming');
    const { all, moments } = await momentsOf(settings);
    for (const { reported, folder: at } of moments) assert.deepEqual(await goOn(settings, reported, at), all);
  });

  it('computes no item on a tape twice', async () => {
    const settings = settingsOf('tape');
    const all = await updatesOf(model, settings, order);
    for (let done = 0; done <= all.length; done++) {
      assert.deepEqual(await goOn(settings, all.slice(0, done), 'nowhere'), all);
    }
  });

  it('comes to its end through many kills in a row', async () => {
    const settings = settingsOf('streaming');
    const wanted = numbersOf(model, order, await updatesOf(model, settings, order));
    for (const every of [1, 2, 3]) {
      const journal: Update[] = [];
      const killed = new Error('killed');
      const runs = () => !isFinished(order.unit, progressAfter(journal, model), 'streaming', false);
      for (let kills = 0; runs(); kills++) {
        assert.ok(kills < 20);
        let left = every;
        const again = { ...order, progress: progressAfter(journal, model) };
        const running = updatesOf(model, settings, again, never, (update) => {
          journal.push(update);
          if (--left === 0) throw killed;
        });
        await running.catch((error: unknown) => assert.equal(error, killed));
      }
      assert.deepEqual(numbersOf(model, order, journal), wanted, `killed after every ${every} reports`);
    }
  });

  const harms: Readonly<Record<string, (file: string) => void>> = {
    missing: (file) => rmSync(file),
    'cut short': (file) => truncateSync(file, statSync(file).size - 4),
    'too long': (file) => appendFileSync(file, 'more'),
  };
  for (const [harm, harmed] of Object.entries(harms)) {
    it(`begins anew where a file is ${harm}, and gives the same numbers`, async () => {
      const settings = settingsOf('streaming');
      const { all, moments } = await momentsOf(settings);
      const wanted = numbersOf(model, order, all);
      // One moment after each report is enough.
      const few = moments.filter(
        ({ reported, folder: at }, index) =>
          existsSync(at) && reported.length !== moments[index - 1]?.reported.length,
      );
      for (const { reported, folder: at } of few) {
        for (const name of readdirSync(at)) {
          const broken = path.join(folder.path, 'broken');
          rmSync(broken, { recursive: true, force: true });
          cpSync(at, broken, { recursive: true });
          harmed(path.join(broken, name));
          const updates = await goOn(settings, reported, broken);
          assert.deepEqual(
            numbersOf(model, order, updates),
            wanted,
            `${name} after ${reported.length} reports`,
          );
        }
      }
    });
  }
});
