import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { ScoreRequest } from '../../../src/engine/request';
import { scoreModel } from '../../../src/engine/scoreModel';
import { scoreRun, type RunOptions } from '../../../src/engine/scoreRun';
import { canResume, readRunEvents, runFiles } from '../../../src/files/runs';
import type { ScoreFile } from '../../../src/shared/scoreFile';
import { openDevice } from '../../../src/tensors/device';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { smallLlama, writeRandomLlama } from '../models/randomLlama';
import { lanesOf, processesAreListed, untilGone } from './lanes/laneProcesses';
import { never, nowhere, requestIn } from './requests';
import { tokenizedLines, writeSmallExperiment } from './smallExperiment';

/** Scoring shared out to processes. Each start of one takes two seconds: few tests, that say much. */
describe('scoring in processes of its own', function () {
  const folder = temporaryFolder();
  let many: ScoreRequest['tasks'] = [];
  before(async function () {
    if (!processesAreListed) this.skip();
    await openDevice('native', 1);
    await writeSmallExperiment(folder.path);
    const [task] = request().tasks;
    many = [{ ...task!, file: path.join(folder.path, 'data', 'many.jsonl') }];
    await writeFile(many[0]!.file, tokenizedLines(1000, 4));
  });
  afterEach(() => assert.deepEqual(lanesOf(), [], 'no process is left'));

  const request = (change: Partial<ScoreRequest> = {}): ScoreRequest => requestIn(folder.path, change);
  const scored = async (change: Partial<ScoreRequest>): Promise<readonly ScoreFile[]> =>
    (await scoreModel(request(change), nowhere, never)).scores;

  it('gives the numbers of this process alone to the last digit, for any number of processes', async () => {
    const alone = await scored({});
    for (const change of [
      { processes: 1 },
      { processes: 2 },
      { processes: 2, memory: 'streaming' },
      { processes: 2, memory: 'streaming', batchSize: 3, perSample: true },
    ] as const) {
      const lanes: number[] = [];
      const { scores, peakBytes } = await scoreModel(
        request(change),
        ({ type }) => void (type === 'scores' && lanes.push(lanesOf().length)),
        never,
      );
      assert.deepEqual(scores, alone, JSON.stringify(change));
      assert.ok(Math.max(...lanes) <= change.processes && lanes[0]! >= 1, String(lanes));
      assert.ok(peakBytes > 1e8, 'all processes count');
    }
  });

  it('gives them to the last digit for matrices whose products are shared out to threads as well', async () => {
    const model = path.join(folder.path, 'models', 'wide');
    await writeRandomLlama(model, { ...smallLlama, hidden_size: 256, intermediate_size: 128 });
    const alone = await scored({ model });
    for (const processes of [1, 2]) {
      const same = isDeepStrictEqual(await scored({ model, processes }), alone);
      assert.ok(same, `${processes} processes give other digits`);
    }
  });

  const options = (change: Partial<RunOptions> = {}): RunOptions => ({
    run: path.join(folder.path, 'run'),
    job: 'score',
    device: 'native',
    version: '0',
    told: nowhere,
    ...change,
  });

  it('stops at the same samples with two or three processes as alone, where it stops once it is sure', async () => {
    const sure = {
      tasks: many,
      samples: 200,
      batchSize: 4,
      untilSure: { level: 0.95, layers: { count: 1 } },
    };
    const alone = await scored(sure);
    assert.deepEqual([alone[0]!.samples, alone[0]!.untilSure?.sure], [64, true]);
    for (const processes of [2, 3])
      assert.deepEqual(await scored({ ...sure, processes }), alone, String(processes));
  });

  it('says that a process was killed, ends the others, and goes on from what they had', async () => {
    const of = request({ tasks: many, samples: 1000, batchSize: 4, processes: 2 });
    let killed = 0;
    const told: RunOptions['told'] = ({ state }) => {
      if (killed > 0 || (state.tasks[0]?.samplesDone ?? 0) === 0) return;
      killed = lanesOf()[0]!;
      process.kill(killed, 'SIGKILL');
    };
    const running = scoreRun(of, undefined, options({ told }), never);
    await rejectsWith(running, 'engine-killed', /A scoring process was killed/);
    assert.deepEqual(lanesOf(), []);
    const { run } = options();
    assert.equal(await canResume(run), true);
    const last = (await readRunEvents(run)).at(-1);
    assert.ok(last?.type === 'finished' && last.state === 'failed' && last.error?.code === 'engine-killed');

    const done = readFileSync(path.join(run, 'state', 'updates.jsonl'), 'utf8').split('\n').length - 1;
    assert.ok(done > 0 && done < 250, String(done));
    await scoreRun(of, undefined, options({ resume: true }), never);
    const whole = path.join(folder.path, 'whole');
    await scoreRun({ ...of, processes: 0 }, undefined, options({ run: whole }), never);
    const [resumed, uninterrupted] = [run, whole].map((at) =>
      readFileSync(path.join(at, runFiles.scores), 'utf8'),
    );
    assert.ok(resumed === uninterrupted, 'scores.json is the same byte for byte');
  });

  it('ends its processes at once where it is cancelled', async () => {
    const controller = new AbortController();
    let seen: number[] = [];
    const running = scoreModel(
      request({ tasks: many, samples: 1000, batchSize: 1, processes: 2 }),
      ({ type }) => {
        if (type !== 'scores') return;
        seen = [...seen, ...lanesOf()];
        controller.abort();
      },
      controller.signal,
    );
    await rejectsWith(running, 'cancelled');
    assert.ok(seen.length > 0);
    await untilGone(seen);
  });

  it('gives the error of a process as its own', async () => {
    const model = path.join(folder.path, 'models', 'huge');
    await writeRandomLlama(model, smallLlama, (tensors) =>
      tensors.map((tensor) =>
        tensor.name === 'model.norm.weight'
          ? { ...tensor, data: new Float32Array(tensor.data.length).fill(3e38) }
          : tensor,
      ),
    );
    await rejectsWith(scored({ model, processes: 2 }), 'loss-not-finite', /The loss of sample \d+ is /);
  });
});
