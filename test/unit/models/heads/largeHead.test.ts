import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import path from 'node:path';
import { makeBatches } from '../../../../src/models/batches';
import { LanguageHead } from '../../../../src/models/heads/languageHead';
import { openModel } from '../../../../src/models/openModel';
import { ignored, type Sample } from '../../../../src/models/samples';
import type { Transformer } from '../../../../src/models/transformer';
import { openDevice } from '../../../../src/tensors/device';
import { temporaryFolder } from '../../files/temporary';
import { rejectsWith } from '../../files/throwsCode';
import { close } from '../../tensors/close';
import { numbers } from '../../tensors/numbers';
import { largeRows, tableWidth, writeTable } from '../largeTable';

/** Where the head cuts a matrix of this width. */
const edge = 1_000_000;
/** Rows that are not 0: at both ends and on both sides of the cut. */
const rows = [0, 7, edge - 2, edge - 1, edge, edge + 1, largeRows - 1];
const row = (index: number): Float32Array => numbers(tableWidth, index + 1).map((value) => 3 * value);

describe('an output matrix of two slices', () => {
  const folder = temporaryFolder();
  const left = (): number[] => [tf.memory().numTensors, tf.engine().backend.numDataIds()];
  let atStart: number[] = [];
  let model: Transformer;
  const open = async (change: (index: number) => Float32Array = row): Promise<LanguageHead> => {
    const dir = path.join(folder.path, String(Math.random()));
    model = openModel(
      await writeTable(dir, largeRows, new Map(rows.map((at, index) => [at, change(index)]))),
    );
    assert.ok(model.head instanceof LanguageHead);
    return model.head;
  };
  before(() => openDevice('native', 1));
  beforeEach(() => {
    atStart = left();
  });
  afterEach(async () => {
    await model.dispose();
    assert.deepEqual(left(), atStart, 'left behind');
  });

  it('gives the losses of the definition, whole and read piece by piece', async () => {
    const head = await open();
    const samples: Sample[] = rows.map((target) => ({ ids: [1, 1], targets: [ignored, target] }));
    samples.push({ ids: [1, 1], targets: [ignored, 12_345] });
    const batch = makeBatches(samples, samples.length, 1)[0]!;
    const x = tf.tensor2d(numbers(2 * samples.length * tableWidth, 9), [2 * samples.length, tableWidth]);
    await head.load();
    // Two slices and the norm.
    assert.equal(left()[0], atStart[0]! + 4);
    const logits = head.logits(x);
    assert.deepEqual(logits.shape, [2 * samples.length, largeRows]);
    const values = logits.dataSync();
    logits.dispose();
    const expected = batch.members.map((member, index) => {
      const own = values.subarray(2 * index * largeRows, (2 * index + 1) * largeRows);
      const sum = rows.reduce((total, at) => total + Math.exp(own[at]!), largeRows - rows.length);
      return Math.log(sum) - own[samples[member]!.targets[1]!]!;
    });
    assert.ok(rows.every((at) => values[at] !== 0) && values[12_345] === 0);
    const whole = await head.run({ x, batch }, { kind: 'empirical' });
    close(whole.losses, expected, 1e-6, 'losses');
    head.dispose();
    const [streamed] = await head.runStreamed([{ x, batch }], { kind: 'empirical' });
    assert.deepEqual(streamed!.losses, whole.losses);
    assert.deepEqual(streamed!.gradient.dataSync(), whole.gradient.dataSync());
    tf.dispose([x, whole.gradient, streamed!.gradient]);
  });

  it('keeps no slice where a later one is not finite', async () => {
    const head = await open((index) => (rows[index]! > edge ? row(index).fill(NaN) : row(index)));
    await rejectsWith(head.load(), 'weights-not-finite', /embed_tokens\.weight in .* holds NaN/);
    head.dispose();
    assert.deepEqual(left(), atStart);
  });
});
