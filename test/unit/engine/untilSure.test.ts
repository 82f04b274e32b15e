import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readExperiment } from '../../../src/configs/experiment/parse';
import type { ScoreRequest } from '../../../src/engine/request';
import { scoreExperiment } from '../../../src/engine/scoreExperiment';
import { scoreModel } from '../../../src/engine/scoreModel';
import { canResume, readRunEvents } from '../../../src/files/runs';
import { anytimeStop } from '../../../src/planning/anytime';
import { layerRows } from '../../../src/planning/layerScores';
import type { UnstampedRunEvent } from '../../../src/shared/runEvents';
import { applyEvent } from '../../../src/shared/applyEvent';
import { emptyRun } from '../../../src/shared/runState';
import type { ScoreFile } from '../../../src/shared/scoreFile';
import { openDevice } from '../../../src/tensors/device';
import type { TensorToWrite } from '../../../src/files/safetensorsWrite';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { smallLlama, writeRandomLlama } from '../models/randomLlama';
import { never, nowhere, requestIn } from './requests';
import { experimentText, tokenizedLines, writeSmallExperiment } from './smallExperiment';
import { endsWell, killedAnywhere, killedHalfway, resume, score } from './stoppedRuns';

/** At this level one task of the model below is sure after 64 samples, and the other is not after all 120. */
const level = 0.8;
const samples = 120;

describe('a score that stops once it is sure', () => {
  const folder = temporaryFolder();
  before(async () => {
    await openDevice('native', 1);
    await writeSmallExperiment(folder.path);
    // Smaller inputs of layer 1 let it score about as much as layer 2.
    const near = (tensors: TensorToWrite[]): TensorToWrite[] =>
      tensors.map((tensor) =>
        /layers\.1\..*norm/.test(tensor.name)
          ? { ...tensor, data: (tensor.data as Float32Array).map((value) => 0.75 * value) }
          : tensor,
      );
    const shape = { ...smallLlama, num_hidden_layers: 4 };
    await writeRandomLlama(path.join(folder.path, 'models', 'small'), shape, near);
    await writeFile(path.join(folder.path, 'data', 'first.jsonl'), tokenizedLines(200, 1));
    await writeFile(path.join(folder.path, 'data', 'second.jsonl'), tokenizedLines(140, 2));
  });

  const request = (change: Partial<ScoreRequest> = {}): ScoreRequest =>
    requestIn(folder.path, { samples, untilSure: { level, layers: { count: 2 } }, batchSize: 8, ...change });
  const scored = async (of: ScoreRequest, tell: (event: UnstampedRunEvent) => void = nowhere) =>
    (await scoreModel(of, tell, never)).scores;
  const samplesOf = (files: readonly ScoreFile[]): number[] => files.map((file) => file.samples);
  /** Without what was looked at. */
  const bare = ({ untilSure: _, ...rest }: ScoreFile): ScoreFile => rest;

  it('stops where the samples of a whole score say that it could have', async () => {
    const files = await scored(request());
    const plain = await scored(request({ untilSure: undefined }));
    const stops = plain.map(({ modules }) => {
      const [layers, values] = [
        modules.map(({ layer }) => layer),
        modules.map(({ perSample }) => perSample!),
      ];
      const rows = layerRows(layers, values).map((row) => row.values);
      return anytimeStop(rows, 2, level) ?? samples;
    });
    assert.deepEqual(samplesOf(files), stops);
    assert.deepEqual(stops, [64, samples]);
    const [first, second] = files.map(({ untilSure }) => untilSure!);
    assert.deepEqual([first!.sure, second!.sure], [true, false]);
    assert.deepEqual([first!.of, first!.layers, first!.level], [samples, 2, level]);
    assert.deepEqual(
      [first, second].map((found) => found!.looks.map((look) => look.samples)),
      [
        [32, 64],
        [32, 64, samples],
      ],
    );
    assert.ok(first!.looks.every(({ confidence }) => confidence >= level));
  });

  for (const labels of ['empirical', 'true'] as const) {
    it(`gives what a score of so many samples gives, to the last digit where batches are the same (${labels})`, async () => {
      const exact = await scored(request({ batchSize: 1, labels }));
      const near = await scored(request({ labels }));
      for (const [task, file] of exact.entries()) {
        const plain = await scored(
          request({
            batchSize: 1,
            labels,
            untilSure: undefined,
            samples: file.samples,
            tasks: [request().tasks[task]!],
          }),
        );
        assert.deepEqual(bare(file), plain[0]);
        assert.equal(near[task]!.samples, file.samples);
        file.modules.forEach(({ path: name, score: wanted, perSample }, index) => {
          const row = near[task]!.modules[index]!;
          assert.ok(Math.abs(row.score / wanted - 1) < 1e-5, `${name}: ${row.score}, not ${wanted}`);
          perSample!.forEach((value, sample) =>
            assert.ok(Math.abs(row.perSample![sample]! / value - 1) < 1e-3, `${name}, sample ${sample}`),
          );
        });
      }
    });
  }

  it('stops at the same samples block by block, with the same numbers', async () => {
    assert.deepEqual(await scored(request({ memory: 'streaming' })), await scored(request()));
  });

  it('stops by the other estimators that are means over samples', async () => {
    const [first] = await scored(request({ estimator: 'gradient-norm' }));
    assert.ok(first!.untilSure!.looks.length > 0);
    assert.deepEqual(
      (await scored(request({ estimator: 'sensitivity' }))).map(({ modules }) => modules),
      (await scored(request())).map(({ modules }) => modules),
    );
  });

  it('tells after each round what it has found, and of progress that only rises', async () => {
    const events: UnstampedRunEvent[] = [];
    const files = await scored(request(), (event) => events.push(event));
    const looked = events.flatMap((event) => (event.type === 'looked' ? [event] : []));
    assert.deepEqual(
      ['first', 'second'].map((name) => looked.filter(({ task }) => task === name).at(-1)!.certainty),
      files.map(({ untilSure }) => untilSure),
    );
    assert.equal(looked.length, 2 + 3);
    const state = events.reduce((now, event) => applyEvent(now, { at: '', ...event } as never), emptyRun);
    const counts = ['first', 'second'].map((name) => {
      const { samplesDone, samplesTotal } = state.tasks.find((task) => task.name === name)!;
      return [samplesDone, samplesTotal];
    });
    assert.deepEqual(counts, [
      [64, 64],
      [samples, samples],
    ]);
    const shares = events.flatMap((event) => (event.type === 'progress' ? [event.share] : []));
    shares.forEach((share, index) => assert.ok(share >= (shares[index - 1] ?? 0), shares.join()));
    assert.equal(shares.at(-1), 1);
    for (const name of ['first', 'second']) {
      const parts = events.flatMap((event) =>
        event.type === 'scores' && event.task === name ? [event.samplesDone / event.samplesTotal] : [],
      );
      parts.forEach((part, index) => assert.ok(part >= (parts[index - 1] ?? 0), parts.join()));
    }
    assert.equal(events.filter(({ type }) => type === 'stability').length, 2);
  });

  it('takes the level and the layers from an experiment, and tells that it may stop', async () => {
    const file = path.join(folder.path, 'sure.adapter.yaml');
    await writeFile(
      file,
      experimentText.replace(/^score:.*$/m, `score: { samples: ${samples}, until_sure: 80% }`),
    );
    const run = path.join(folder.path, 'experiment run');
    const options = {
      run,
      job: 'score',
      device: 'native',
      version: '0',
      processes: 0,
      told: nowhere,
    } as const;
    const { state } = await scoreExperiment(await readExperiment(file), options, never);
    assert.equal(state.untilSure, 0.8);
    assert.deepEqual(
      state.tasks.map(({ certainty }) => [certainty!.layers, certainty!.level, certainty!.of]),
      [
        [2, 0.8, samples],
        [2, 0.8, samples],
      ],
    );
    const [started] = await readRunEvents(run);
    assert.ok(started?.type === 'started' && started.untilSure === 0.8);
  });

  for (const memory of ['auto', 'streaming'] as const) {
    it(`goes on after a kill in any round, to the same file byte for byte (${memory})`, async () => {
      const of = request({ memory, perSample: false });
      const { wanted, killed } = await killedAnywhere(path.join(folder.path, `killed ${memory}`), of);
      const rounds = new Map<number, string[]>();
      for (const run of killed) {
        if (!(await canResume(run))) continue;
        const state = (await readRunEvents(run)).reduce(applyEvent, emptyRun);
        const looks = state.tasks[0]!.certainty?.looks.length ?? 0;
        rounds.set(looks, [...(rounds.get(looks) ?? []), run]);
      }
      assert.deepEqual([...rounds.keys()].sort(), [0, 1, 2]);
      // The first and the last of each round are enough: what lies between them is as likely to end well.
      for (const run of [...rounds.values()].flatMap((runs) => [...new Set([runs[0]!, runs.at(-1)!])])) {
        await resume(run, of);
        await endsWell(run, wanted);
      }
    });
  }

  it('does not go on with another level, other layers or all samples', async () => {
    const of = request({ perSample: false, memory: 'streaming' });
    const { killed, wanted } = await killedHalfway(path.join(folder.path, 'other'), of);
    for (const untilSure of [
      undefined,
      { level: 0.81, layers: { count: 2 } },
      { level, layers: { count: 1 } },
    ])
      await rejectsWith(
        resume(killed, { ...of, untilSure }),
        'run-not-resumable',
        /when scoring stops .* has changed/,
      );
    await resume(killed, { ...of, untilSure: { level, layers: { share: 0.5 } } });
    await endsWell(killed, wanted);
  });

  it('is refused where scores need all samples, before anything is written', async () => {
    const refused: readonly [Partial<ScoreRequest>, RegExp][] = [
      [{ estimator: 'spectrum' }, /"spectrum" cannot stop when it is sure: it looks at no samples/],
      [{ estimator: 'eva' }, /"eva" cannot stop/],
      [{ estimator: 'gate-fisher' }, /"gate-fisher" cannot stop .* warmed up on all samples/],
      [{ estimator: 'taylor', taylor: true }, /"taylor" cannot stop/],
      [{ taylor: true }, /Mean gradients are those of all samples/],
    ];
    for (const [change, words] of refused) {
      const run = path.join(folder.path, 'refused');
      await rejectsWith(score(run, request(change)), 'option-invalid', words);
      assert.ok(!existsSync(run));
    }
  });
});
