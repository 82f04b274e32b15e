import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Activations } from '../../../../src/engine/scoring/activations';
import { readModelFolder } from '../../../../src/files/modelFolder';
import { openModel } from '../../../../src/models/openModel';
import { openDevice } from '../../../../src/tensors/device';
import { temporaryFolder } from '../../files/temporary';
import { writeRandomLlama } from '../../models/randomLlama';
import { numbers } from '../../tensors/numbers';
import { held, orderOf, settingsOf, updatesOf } from './units';

describe('hidden states on disk', () => {
  const folder = temporaryFolder();
  let count = 0;
  const shapes = [
    [3, 4],
    [1, 4],
  ] as const;
  before(() => openDevice('native', 1));

  const stored = (): Activations => new Activations(path.join(folder.path, `unit ${count++}`), shapes);
  const tensors = (seed: number): tf.Tensor2D[] =>
    shapes.map(([rows, width], index) => tf.tensor2d(numbers(rows * width, seed + index), [rows, width]));

  it('come back as they were, also when the tensors are freed at once', async () => {
    const before = held();
    const activations = stored();
    const made = tensors(1);
    const wanted = made.map((tensor) => tensor.arraySync());
    const writing = activations.write('inputs', 2, made);
    tf.dispose(made);
    await writing;
    const read = await activations.read('inputs', 2);
    assert.deepEqual(
      read.map((tensor) => tensor.arraySync()),
      wanted,
    );
    tf.dispose(read);
    assert.deepEqual(held(), before);
  });

  it('are there once they are whole, by kind and block, and gone where removed', async () => {
    const activations = stored();
    assert.equal(await activations.has('inputs', 0), false);
    const made = tensors(5);
    await activations.write('inputs', 0, made);
    await activations.write('gradients', 1, made);
    tf.dispose(made);
    assert.equal(await activations.has('inputs', 0), true);
    assert.equal(await activations.has('gradients', 1), true);
    assert.equal(await activations.has('inputs', 1), false);
    assert.equal(await activations.has('gradients', 0), false);
    await activations.remove('inputs', 0);
    await activations.remove('inputs', 0);
    assert.equal(await activations.has('inputs', 0), false);
    await activations.removeAll();
    assert.equal(await activations.has('gradients', 1), false);
  });

  it('do not count where they are cut short, and replace what was there', async () => {
    const activations = stored();
    const made = tensors(9);
    await activations.write('inputs', 0, made);
    const [name] = readdirSync(path.join(folder.path, `unit ${count - 1}`));
    const file = path.join(folder.path, `unit ${count - 1}`, name!);
    assert.equal(statSync(file).size, 4 * (12 + 4));
    writeFileSync(file, new Uint8Array(4 * 16 - 1));
    assert.equal(await activations.has('inputs', 0), false);
    await assert.rejects(activations.read('inputs', 0), /cut short/);
    await activations.write('inputs', 0, made);
    tf.dispose(made);
    assert.equal(await activations.has('inputs', 0), true);
    assert.equal(statSync(file).size, 4 * 16);
  });

  it('of a unit are on disk while it runs, no more than the backward pass still wants, and gone in the end', async () => {
    await writeRandomLlama(path.join(folder.path, 'small'));
    const model = openModel(await readModelFolder(path.join(folder.path, 'small')));
    const samples = [
      [1, 2, 3, 4],
      [5, 6, 7],
      [8, 9],
    ].map((ids) => ({ ids, targets: ids }));
    const order = orderOf(samples, 2, path.join(folder.path, 'a unit'));
    const tokens = order.items.reduce((sum, { batch }) => sum + batch.members.length * batch.length, 0);
    const seen: string[][] = [];
    await updatesOf(model, settingsOf('streaming'), order, undefined, () => {
      const names = readdirSync(order.folder).sort();
      for (const name of names)
        assert.equal(statSync(path.join(order.folder, name)).size, 4 * tokens * model.spec.width, name);
      seen.push(names);
    });
    const inputs = (...layers: number[]): string[] => layers.map((layer) => `inputs-${layer}.f32`);
    assert.deepEqual(seen, [
      inputs(0),
      inputs(0, 1),
      inputs(0, 1, 2),
      ['gradients-2.f32', ...inputs(0, 1, 2)],
      ['gradients-1.f32', 'gradients-2.f32', ...inputs(0, 1, 2)],
      // A step is kept back for an engine that is killed before it has noted the newest.
      ['gradients-0.f32', 'gradients-1.f32', 'gradients-2.f32', ...inputs(0, 1, 2)],
    ]);
    assert.ok(!existsSync(order.folder));
    await model.dispose();
  });
});
