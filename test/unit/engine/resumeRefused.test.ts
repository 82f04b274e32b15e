import assert from 'node:assert/strict';
import { appendFileSync, existsSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ScoreRequest } from '../../../src/engine/request';
import { readRunEvents } from '../../../src/files/runs';
import { openDevice } from '../../../src/tensors/device';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { smallLlama, writeRandomLlama } from '../models/randomLlama';
import { requestIn } from './requests';
import { tokenizedLines, writeSmallExperiment } from './smallExperiment';
import { endsWell, killedHalfway, manifestOf, resume, score, scoresIn } from './stoppedRuns';

describe('a stopped run does not go on', () => {
  const folder = temporaryFolder();
  let count = 0;
  before(async () => {
    await openDevice('native', 1);
    await writeSmallExperiment(folder.path);
  });

  const fresh = (): string => path.join(folder.path, `run ${count++}`);
  const request = (change: Partial<ScoreRequest> = {}): ScoreRequest => requestIn(folder.path, change);

  it('says what has changed where its numbers would be others, and still goes on once that is put back', async () => {
    const { wanted, killed: run } = await killedHalfway(fresh(), request());
    const [first, second] = request().tasks as [ScoreRequest['tasks'][0], ScoreRequest['tasks'][0]];
    const changes: readonly [change: Partial<ScoreRequest>, words: RegExp][] = [
      [{ batchSize: 4 }, /the batch size has changed/],
      [{ labels: 'true' }, /whose labels are taken has changed/],
      [{ maxLength: 10 }, /the longest sample has changed/],
      [{ seed: 2 }, /the seed has changed/],
      [{ taylor: true }, /--taylor has changed/],
      [{ samples: 5 }, /the data, or how samples are made of it, has changed/],
      [{ tasks: [second, first] }, /the data/],
      [{ tasks: [first] }, /the data/],
    ];
    for (const [change, words] of changes)
      await rejectsWith(resume(run, request({ memory: 'streaming', ...change })), 'run-not-resumable', words);
    await resume(run, request());
    await endsWell(run, wanted);
  });

  it('says that the data or the model has changed', async () => {
    const { killed: run } = await killedHalfway(fresh(), request());
    const other = path.join(folder.path, 'other');
    await writeSmallExperiment(other);
    const [task] = requestIn(other).tasks;
    appendFileSync(task!.file, tokenizedLines(1, 9));
    await rejectsWith(resume(run, requestIn(other)), 'run-not-resumable', /the data/);
    await writeRandomLlama(path.join(other, 'models', 'small'), { ...smallLlama, num_hidden_layers: 3 });
    await rejectsWith(resume(run, requestIn(other)), 'run-not-resumable', /the model has changed/);
  });

  it('says that what is read of the data has changed: kind, columns, prompt', async () => {
    const { killed: run } = await killedHalfway(fresh(), request());
    const [first, second] = request().tasks as [ScoreRequest['tasks'][0], ScoreRequest['tasks'][0]];
    for (const change of [
      { kind: 'classification' },
      { text: 'body' },
      { label: 'class' },
      { prompt: '{text}:' },
    ])
      await rejectsWith(
        resume(run, request({ tasks: [first, { ...second, ...change } as typeof second] })),
        'run-not-resumable',
        /data|prompt|column|kind/,
      );
  });

  it('while another machine says that it works on it, and does once that one is not heard of', async () => {
    const { wanted, killed: run } = await killedHalfway(fresh(), request());
    const manifest = { ...manifestOf(run), state: 'running', host: 'another-machine', pid: 4 };
    writeFileSync(path.join(run, 'run.json'), JSON.stringify(manifest));
    const lock = path.join(run, 'run.lock');
    writeFileSync(lock, '4 12 another-machine\n');
    await rejectsWith(resume(run, request()), 'run-in-progress', /by process 4/);
    const longAgo = new Date(Date.now() - 3_600_000);
    utimesSync(lock, longAgo, longAgo);
    await resume(run, request());
    await endsWell(run, wanted);
  });

  it('not where it has finished, and leaves that run as it is', async () => {
    const run = fresh();
    await score(run, request());
    const [events, scores] = [await readRunEvents(run), scoresIn(run)];
    await rejectsWith(resume(run, request()), 'run-not-resumable');
    assert.equal(scoresIn(run), scores);
    assert.equal(manifestOf(run).state, 'done');
    assert.deepEqual(await readRunEvents(run), events);
  });

  it('not where there is no run, and makes none', async () => {
    const run = fresh();
    await rejectsWith(resume(run, request()), 'run-not-found', /run \d+.run\.json does not exist/);
    assert.ok(!existsSync(run));
  });
});
