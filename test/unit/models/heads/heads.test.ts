import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { makeBatches, type Batch } from '../../../../src/models/batches';
import { ClassHead } from '../../../../src/models/heads/classHead';
import type { HeadOutcome, Labels } from '../../../../src/models/heads/head';
import { LanguagePass } from '../../../../src/models/heads/languagePass';
import { lastHidden } from '../../../../src/models/lastHidden';
import { normShapes, normWeights } from '../../../../src/models/normTensors';
import type { AnySample, ClassSample } from '../../../../src/models/samples';
import type { Transformer } from '../../../../src/models/transformer';
import { WeightReader } from '../../../../src/models/weights';
import { openDevice } from '../../../../src/tensors/device';
import { fixtures, openFixture } from '../../../reference/fixture';
import { rejectsWith } from '../../files/throwsCode';
import { close } from '../../tensors/close';
import { numbers } from '../../tensors/numbers';
import { lossesOf } from '../losses';
import { drawnFrom, softmax } from './chiSquare';

const empirical: Labels = { kind: 'empirical' };
const drawn = (seed: number): Labels => ({ kind: 'true', seed });

/** Runs with a fixture's model and samples; nothing may be left behind. */
async function withFixture(
  name: string,
  use: (model: Transformer, samples: readonly AnySample[]) => Promise<void>,
): Promise<void> {
  const before = [tf.memory().numTensors, tf.engine().backend.numDataIds()];
  const { model, samples } = await openFixture(name);
  try {
    await use(model, samples);
  } finally {
    await model.dispose();
  }
  assert.deepEqual([tf.memory().numTensors, tf.engine().backend.numDataIds()], before, 'left behind');
}

interface Numbers {
  readonly losses: readonly number[];
  readonly gradient: Float32Array;
}

function numbersOf({ losses, gradient }: HeadOutcome): Numbers {
  const values = gradient.dataSync() as Float32Array;
  gradient.dispose();
  return { losses, gradient: values };
}

/** A language head's outcome with its output matrix in three slices. */
async function inThree(
  { spec, folder }: Transformer,
  x: tf.Tensor2D,
  batch: Batch,
  labels: Labels,
): Promise<Numbers> {
  const { head, width, vocabulary } = spec;
  assert.ok(head.kind === 'language');
  const { norm, project = '', bias = '', output, outputWidth, cap } = head;
  const reader = new WeightReader(folder);
  const loaded = await reader.load({
    ...(norm === undefined ? {} : normShapes(norm)),
    ...(project === '' ? {} : { [project]: [outputWidth, width] }),
    ...(bias === '' ? {} : { [bias]: [vocabulary] }),
  });
  const ends = {
    norm: norm && { weights: normWeights(norm, loaded), form: norm.form },
    project: loaded[project] as tf.Tensor2D | undefined,
    bias: loaded[bias] as tf.Tensor1D | undefined,
    cap,
  };
  const rows = Math.ceil(vocabulary / 3);
  const slices = [];
  for (let first = 0; first < vocabulary; first += rows) {
    const count = Math.min(rows, vocabulary - first);
    slices.push({ first, weight: await reader.slice(output, [vocabulary, outputWidth], first, count) });
  }
  assert.equal(slices.length, 3);
  const pass = new LanguagePass({ x, batch }, ends, labels);
  for (const slice of slices) await pass.measure(slice, false);
  for (const slice of slices) pass.differentiate(slice);
  const outcome = numbersOf(pass.finish());
  pass.dispose();
  tf.dispose([loaded, slices.map(({ weight }) => weight)]);
  await reader.close();
  return outcome;
}

describe('heads', () => {
  before(() => openDevice('native', 1));

  for (const name of ['phi-1', 'gemma2-1', 'opt-post-1', 'llama-1', 'bert-1', 'roberta-1', 'gpt2-cls-1']) {
    it(`of ${name}: the same whole, read piece by piece, and in slices`, () =>
      withFixture(name, async (model, samples) => {
        const batches = makeBatches(samples, 2, 1);
        for (const labels of [empirical, drawn(3)]) {
          const inputs: { x: tf.Tensor2D; batch: Batch }[] = [];
          for (const batch of batches) inputs.push({ x: await lastHidden(model, batch), batch });
          await model.head.load();
          const whole = [];
          for (const input of inputs) whole.push(numbersOf(await model.head.run(input, labels)));
          model.head.dispose();
          const streamed = await model.head.runStreamed(inputs, labels);
          assert.deepEqual(streamed.map(numbersOf), whole);
          for (const [i, { x, batch }] of inputs.entries()) {
            if (model.spec.head.kind === 'language') {
              const sliced = await inThree(model, x, batch, labels);
              close(sliced.losses, whole[i]!.losses, 1e-6, `losses, ${labels.kind}`);
              close(sliced.gradient, whole[i]!.gradient, 1e-6, `gradient, ${labels.kind}`);
            }
            x.dispose();
          }
        }
      }));
  }

  it('draw the same labels for a sample however it is batched, for every fixture', async () => {
    let changed = 0;
    for (const name of fixtures) {
      await withFixture(name, async (model, samples) => {
        const by = (batchSize: number, seed: number): Promise<number[]> =>
          lossesOf(model, makeBatches(samples, batchSize, 1), drawn(seed));
        const together = await by(8, 1);
        close(await by(2, 1), together, 1e-5, `${name}, batches of 2`);
        close(await by(1, 1), together, 1e-5, `${name}, alone`);
        const other = await by(8, 2);
        if (other.some((loss, sample) => Math.abs(loss - together[sample]!) > 1e-3)) changed++;
      });
    }
    assert.ok(changed > fixtures.length / 2, `another seed changed ${changed} of ${fixtures.length}`);
  });

  it('that classify draw from the model’s own distribution', () =>
    withFixture('bert-1', async (model) => {
      const { head } = model;
      assert.ok(head instanceof ClassHead);
      await head.load();
      const count = 3000;
      const many: ClassSample[] = Array.from({ length: count }, () => ({ ids: [1], label: 0 }));
      const batch = makeBatches(many, count, 1)[0]!;
      const { width } = model.spec;
      const row = numbers(width, 5);
      const x = tf.tidy(() => tf.tile(tf.tensor2d(row, [1, width]), [count, 1])) as tf.Tensor2D;
      const classes = head.classes(x, batch);
      const shares = softmax([...classes.dataSync().subarray(0, 3)]);
      const { losses, gradient } = numbersOf(await head.run({ x, batch }, drawn(1)));
      tf.dispose([x, classes]);
      const found = losses.map((loss) =>
        shares.findIndex((share) => Math.abs(-Math.log(share) - loss) < 1e-5),
      );
      drawnFrom(
        shares.map((_, index) => found.filter((other) => other === index).length),
        shares,
        'classes',
      );
      // Away from the class that was drawn: one gradient for each of the three.
      const gradients = new Set(
        losses.map((_, sample) => gradient.slice(sample * width, (sample + 1) * width).join()),
      );
      assert.equal(gradients.size, 3);
    }));

  for (const name of ['llama-1', 'bert-1', 'vit-1']) {
    it(`of ${name}: names the sample whose loss is not finite, and keeps nothing`, () =>
      withFixture(name, async (model, samples) => {
        const batch = makeBatches(samples, 8, 1)[0]!;
        const x = await lastHidden(model, batch);
        const row = batch.members.indexOf(2);
        const values = x.dataSync().slice();
        const size = batch.length * model.spec.width;
        values.fill(NaN, row * size, (row + 1) * size);
        const broken = tf.tensor2d(values, x.shape);
        await model.head.load();
        const held = tf.memory().numTensors;
        const message = /^The loss of sample 2 is NaN/;
        const input = { x: broken, batch };
        await rejectsWith(model.head.run(input, empirical), 'loss-not-finite', message);
        assert.equal(tf.memory().numTensors, held);
        await rejectsWith(model.head.runStreamed([input, input], empirical), 'loss-not-finite', message);
        assert.equal(tf.memory().numTensors, held);
        tf.dispose([x, broken]);
      }));
  }
});
