import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ScoreRequest } from '../../../src/engine/request';
import { scoreModel } from '../../../src/engine/scoreModel';
import { hashFile, hashModelFolder } from '../../../src/files/hash';
import { readModelFolder } from '../../../src/files/modelFolder';
import { meanAndError } from '../../../src/shared/meanAndError';
import type { UnstampedRunEvent } from '../../../src/shared/runEvents';
import { scoreFileSchema, type ScoreFile } from '../../../src/shared/scoreFile';
import { openDevice } from '../../../src/tensors/device';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { close } from '../tensors/close';
import { never, nowhere, requestIn } from './requests';
import { writeSmallExperiment } from './smallExperiment';

describe('scoreModel', () => {
  const folder = temporaryFolder();
  before(async () => {
    await openDevice('native', 1);
    await writeSmallExperiment(folder.path);
  });

  const request = (change: Partial<ScoreRequest> = {}): ScoreRequest => requestIn(folder.path, change);
  const scored = async (change: Partial<ScoreRequest> = {}): Promise<readonly ScoreFile[]> =>
    (await scoreModel(request(change), nowhere, never)).scores;

  it('gives score files that are whole, name their inputs by hash and agree with themselves', async () => {
    const tensors = tf.memory().numTensors;
    const { scores, peakBytes } = await scoreModel(request(), nowhere, never);
    assert.equal(tf.memory().numTensors, tensors, 'the weights are freed');
    assert.ok(peakBytes > 1e7);
    assert.equal(scores.length, 2);
    const modelHash = await hashModelFolder(await readModelFolder(request().model));
    for (const [index, score] of scores.entries()) {
      assert.deepEqual(scoreFileSchema.parse(score), score);
      const { file, name } = request().tasks[index]!;
      const { modules, layers, stability, meanLoss, ...facts } = score;
      assert.deepEqual(facts, {
        version: 1,
        model: 'models/small',
        modelHash,
        task: name,
        dataHash: await hashFile(file),
        estimator: 'fisher',
        labels: 'empirical',
        samples: [10, 7][index],
        batchTokens: 512,
        device: 'native',
        kind: 'causal-lm',
        loss: 'next-token',
        seed: 1,
        maxLength: 64,
      });
      assert.ok(meanLoss! > 1 && meanLoss! < 100, String(meanLoss));
      assert.equal(modules.length, 14);
      for (const { perSample, score: mean, standardError, ...row } of modules) {
        assert.equal(perSample!.length, facts.samples);
        assert.ok(perSample!.every((value) => value > 0));
        assert.deepEqual({ mean, standardError }, meanAndError(perSample!));
        assert.ok(!('taylor' in row) && !('meanGradientSquaredNorm' in row));
      }
      layers.forEach(({ layer, score: sum, interval }) => {
        assert.ok(interval![0] <= sum && sum <= interval![1] && interval![0] < interval![1]);
        const own = modules.filter((module) => module.layer === layer);
        close([sum], [own.reduce((total, module) => total + module.score, 0)], 1e-12, `layer ${layer}`);
      });
      assert.ok(Math.abs(stability.halvesKendallTau) <= 1);
      assert.ok(stability.topKAgreement >= 0 && stability.topKAgreement <= 1);
    }
  });

  it('gives the same numbers to the last digit, twice, and block by block', async () => {
    const first = await scored();
    assert.deepEqual(await scored(), first);
    assert.deepEqual(await scored({ memory: 'streaming' }), first);
  });

  for (const labels of ['empirical', 'true'] as const) {
    it(`gives each sample the same value for any batch size and any task beside it (${labels} labels)`, async () => {
      const scores = await scored({ batchSize: 1, labels });
      const [, alone] = request().tasks;
      for (const memory of ['auto', 'streaming'] as const) {
        const [other] = await scored({ batchSize: 7, tasks: [alone!], labels, memory });
        close([other!.meanLoss!], [scores[1]!.meanLoss!], 1e-5, 'mean loss');
        scores[1]!.modules.forEach(({ path: name, perSample }, index) =>
          perSample!.forEach((value, sample) =>
            close([other!.modules[index]!.perSample![sample]!], [value], 1e-5, `${name}, ${sample}`),
          ),
        );
      }
    });
  }

  it('takes labels drawn from the model where asked: other numbers, by the seed', async () => {
    const rows = (scores: readonly ScoreFile[]) => scores.map(({ modules }) => modules);
    const drawn = await scored({ labels: 'true' });
    assert.equal(drawn[0]!.labels, 'true');
    assert.notDeepEqual(rows(drawn), rows(await scored()));
    assert.deepEqual(await scored({ labels: 'true' }), drawn);
    assert.notDeepEqual(rows(await scored({ labels: 'true', seed: 2 })), rows(drawn));
  });

  it('adds what needs the whole gradient where asked, and changes no other number', async () => {
    const without = await scored();
    for (const memory of ['auto', 'streaming'] as const) {
      const scores = await scored({ taylor: true, memory });
      const stripped = scores.map((score) => ({
        ...score,
        modules: score.modules.map(({ taylor, meanGradientSquaredNorm, ...row }) => {
          assert.ok(taylor! > 0 && meanGradientSquaredNorm! > 0);
          assert.ok(meanGradientSquaredNorm! <= row.score, 'the norm of a mean');
          return row;
        }),
      }));
      assert.deepEqual(stripped, without);
      for (const score of scores) assert.deepEqual(scoreFileSchema.parse(score), score);
    }
  });

  it('scores as many samples as asked, chosen by the seed', async () => {
    const scoresFor = async (seed: number): Promise<unknown> => {
      const scores = await scored({ samples: 4, seed });
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
    const [score] = await scored({ samples: 1 });
    assert.ok(score!.modules.every((row) => row.score > 0 && row.standardError === 0));
    assert.deepEqual(score!.stability, { halvesKendallTau: 0, topKAgreement: 0 });
  });

  for (const memory of ['auto', 'streaming'] as const) {
    it(`stops while scoring, frees the model and leaves no file behind (${memory})`, async () => {
      const scratch = path.join(folder.path, 'scratch');
      await mkdir(scratch, { recursive: true });
      const before = process.env['TMPDIR'];
      process.env['TMPDIR'] = scratch;
      try {
        const tensors = tf.memory().numTensors;
        const controller = new AbortController();
        let used = 0;
        const stop = ({ type }: UnstampedRunEvent): void => {
          used = Math.max(used, readdirSync(scratch).length);
          if (type === 'scores') controller.abort();
        };
        await rejectsWith(scoreModel(request({ memory }), stop, controller.signal), 'cancelled');
        assert.equal(tf.memory().numTensors, tensors);
        assert.equal(used, 1, 'hidden states have a folder of their own where there is no run');
        assert.deepEqual(readdirSync(scratch), []);
      } finally {
        if (before === undefined) delete process.env['TMPDIR'];
        else process.env['TMPDIR'] = before;
      }
    });
  }

  it('does not score where it was stopped before', async () => {
    const events: UnstampedRunEvent[] = [];
    const scoring = scoreModel(request(), (event) => events.push(event), AbortSignal.abort());
    await rejectsWith(scoring, 'cancelled');
    assert.ok(events.every(({ type }) => type !== 'scores'));
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
    await refused({ estimator: 'spectrum', labels: 'true' }, 'option-invalid', /"spectrum"/);
    await refused({ model: path.join(folder.path, 'none') }, 'model-missing', /none does not exist/);
    await refused(
      { tasks: [{ ...task!, kind: 'image-classification' }] },
      'option-invalid',
      /'first' is of kind image-classification, which LlamaForCausalLM cannot do/,
    );
    await refused({ tasks: [{ ...task!, file: 'none.jsonl' }] }, 'data-missing', /none\.jsonl/);
    const text = path.join(folder.path, 'data', 'text.jsonl');
    await writeFile(text, '{"text":"some words"}\n');
    await refused({ tasks: [{ ...task!, file: text }] }, 'tokenizer-missing', /text\.jsonl:1 is text/);
    const unknown = path.join(folder.path, 'data', 'unknown.jsonl');
    await writeFile(unknown, '{"input_ids":[1,99]}\n');
    await refused({ tasks: [{ ...task!, file: unknown }] }, 'data-line-invalid', /:1 has token 99/);
    assert.ok(events.every(({ type }) => type === 'stage'));
  });

  it('does not look beyond the positions that the model has', async () => {
    const long = path.join(folder.path, 'data', 'long.jsonl');
    const input_ids = Array.from({ length: 70 }, (_, n) => n % 40);
    await writeFile(long, `${JSON.stringify({ input_ids })}\n`);
    const [task] = request().tasks;
    const scoreAt = async (maxLength: number) =>
      (await scored({ tasks: [{ ...task!, file: long }], maxLength }))[0]!.modules;
    assert.deepEqual(await scoreAt(1000), await scoreAt(64));
    assert.notDeepEqual(await scoreAt(63), await scoreAt(64));
  });
});
