import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ScoreRequest } from '../../../src/engine/request';
import { scoreModel } from '../../../src/engine/scoreModel';
import { hashFile, hashModelFolder } from '../../../src/files/hash';
import { readModelFolder } from '../../../src/files/modelFolder';
import { meanAndError } from '../../../src/planning/standardError';
import { runEventSchema, type UnstampedRunEvent } from '../../../src/shared/runEvents';
import { scoreFileSchema } from '../../../src/shared/scoreFile';
import { openDevice } from '../../../src/tensors/device';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { close } from '../tensors/close';
import { writeSmallExperiment } from './smallExperiment';

const never = new AbortController().signal;
const nowhere = (): void => undefined;

describe('scoreModel', () => {
  const folder = temporaryFolder();
  before(async () => {
    await openDevice('native', 1);
    await writeSmallExperiment(folder.path);
  });

  const request = (change: Partial<ScoreRequest> = {}): ScoreRequest => ({
    model: path.join(folder.path, 'models', 'small'),
    modelName: 'models/small',
    tasks: ['first', 'second'].map((name) => ({
      name,
      kind: 'causal-lm',
      file: path.join(folder.path, 'data', `${name}.jsonl`),
      text: 'text',
    })),
    estimator: 'fisher',
    samples: 100,
    batchSize: 3,
    maxLength: 100,
    device: 'native',
    perSample: true,
    seed: 1,
    ...change,
  });

  it('gives score files that are whole, name their inputs by hash and agree with themselves', async () => {
    const tensors = tf.memory().numTensors;
    const { scores } = await scoreModel(request(), nowhere, never);
    assert.equal(tf.memory().numTensors, tensors, 'the weights are freed');
    assert.equal(scores.length, 2);
    const modelHash = await hashModelFolder(await readModelFolder(request().model));
    for (const [index, score] of scores.entries()) {
      assert.deepEqual(scoreFileSchema.parse(score), score);
      const { file, name } = request().tasks[index]!;
      const { modules, layers, stability, ...facts } = score;
      assert.deepEqual(facts, {
        version: 1,
        model: 'models/small',
        modelHash,
        task: name,
        dataHash: await hashFile(file),
        estimator: 'fisher',
        labels: 'empirical',
        samples: [10, 7][index],
        device: 'native',
        kind: 'causal-lm',
        seed: 1,
        maxLength: 64,
      });
      assert.equal(modules.length, 14);
      for (const { perSample, score: mean, standardError } of modules) {
        assert.equal(perSample!.length, facts.samples);
        assert.ok(perSample!.every((value) => value > 0));
        assert.deepEqual({ mean, standardError }, meanAndError(perSample!));
      }
      layers.forEach(({ layer, score: sum }) => {
        const own = modules.filter((module) => module.layer === layer);
        close([sum], [own.reduce((total, module) => total + module.score, 0)], 1e-12, `layer ${layer}`);
      });
      assert.ok(Math.abs(stability.halvesKendallTau) <= 1);
      assert.ok(stability.topKAgreement >= 0 && stability.topKAgreement <= 1);
    }
  });

  it('gives the same numbers to the last digit, twice', async () => {
    const first = await scoreModel(request(), nowhere, never);
    const second = await scoreModel(request(), nowhere, never);
    assert.deepEqual(second.scores, first.scores);
  });

  it('gives each sample the same value for any batch size and any task beside it', async () => {
    const { scores } = await scoreModel(request({ batchSize: 1 }), nowhere, never);
    const [, alone] = request().tasks;
    const other = await scoreModel(request({ batchSize: 7, tasks: [alone!] }), nowhere, never);
    scores[1]!.modules.forEach(({ path: name, perSample }, index) => {
      const values = other.scores[0]!.modules[index]!.perSample!;
      perSample!.forEach((value, sample) => close([values[sample]!], [value], 1e-5, `${name}, ${sample}`));
    });
  });

  it('tells stages, model, device, estimate and every task to its end, in this order', async () => {
    const events: UnstampedRunEvent[] = [];
    await scoreModel(request({ perSample: false }), (event) => events.push(event), never);
    for (const event of events) runEventSchema.parse({ at: '2026-01-01T00:00:00.000Z', ...event });
    const once = events
      .filter(({ type }) => type !== 'scores')
      .map((event) => (event.type === 'stage' ? `stage ${event.stage}` : event.type));
    assert.deepEqual(once, [
      'stage load',
      'model',
      'stage probe',
      'device',
      'estimate',
      'stage score',
      'stability',
      'stability',
    ]);
    const last = new Map(events.flatMap((event) => (event.type === 'scores' ? [[event.task, event]] : [])));
    assert.deepEqual(
      [...last.values()].map(({ task, samplesDone, samplesTotal }) => [task, samplesDone, samplesTotal]),
      [
        ['first', 10, 10],
        ['second', 7, 7],
      ],
    );
    for (const { scores, standardErrors } of last.values()) {
      assert.equal(scores.length, 14);
      assert.equal(standardErrors.length, 14);
    }
  });

  it('scores as many samples as asked, chosen by the seed', async () => {
    const scoresFor = async (seed: number): Promise<unknown> => {
      const { scores } = await scoreModel(request({ samples: 4, seed }), nowhere, never);
      assert.deepEqual(
        scores.map(({ samples }) => samples),
        [4, 4],
      );
      return scores.map(({ modules }) => modules.map(({ perSample }) => perSample));
    };
    const first = await scoresFor(1);
    assert.deepEqual(await scoresFor(1), first);
    assert.notDeepEqual(await scoresFor(2), first);
  });

  it('scores a single sample: no error, no stability', async () => {
    const { scores } = await scoreModel(request({ samples: 1 }), nowhere, never);
    assert.ok(scores[0]!.modules.every(({ score, standardError }) => score > 0 && standardError === 0));
    assert.deepEqual(scores[0]!.stability, { halvesKendallTau: 0, topKAgreement: 0 });
  });

  it('stops while scoring, and frees the model', async () => {
    const tensors = tf.memory().numTensors;
    const controller = new AbortController();
    const stop = ({ type }: UnstampedRunEvent): void => {
      if (type === 'scores') controller.abort();
    };
    await rejectsWith(scoreModel(request(), stop, controller.signal), 'cancelled');
    assert.equal(tf.memory().numTensors, tensors);
  });

  it('refuses before any weight is read what it cannot compute', async () => {
    const events: UnstampedRunEvent[] = [];
    const refused = (change: Partial<ScoreRequest>, code: Parameters<typeof rejectsWith>[1], what: RegExp) =>
      rejectsWith(
        scoreModel(request(change), (event) => events.push(event), never),
        code,
        what,
      );
    const [task] = request().tasks;
    await refused({ estimator: 'eva' }, 'estimator-unavailable', /"eva"/);
    await refused({ model: path.join(folder.path, 'none') }, 'model-missing', /none does not exist/);
    await refused(
      { tasks: [{ ...task!, kind: 'image-classification' }] },
      'option-invalid',
      /'first'.*images/,
    );
    await refused({ tasks: [{ ...task!, file: 'none.jsonl' }] }, 'data-missing', /none\.jsonl/);
    const text = path.join(folder.path, 'data', 'text.jsonl');
    await writeFile(text, '{"text":"some words"}\n');
    await refused({ tasks: [{ ...task!, file: text }] }, 'tokenizer-missing', /text\.jsonl:1 is text/);
    assert.ok(events.every(({ type }) => type === 'stage'));
  });

  it('does not look beyond the positions that the model has', async () => {
    const long = path.join(folder.path, 'data', 'long.jsonl');
    const input_ids = Array.from({ length: 70 }, (_, n) => n % 40);
    await writeFile(long, `${JSON.stringify({ input_ids })}\n`);
    const [task] = request().tasks;
    const scoreAt = async (maxLength: number) =>
      (await scoreModel(request({ tasks: [{ ...task!, file: long }], maxLength }), nowhere, never)).scores[0]!
        .modules;
    assert.deepEqual(await scoreAt(1000), await scoreAt(64));
    assert.notDeepEqual(await scoreAt(63), await scoreAt(64));
  });
});
