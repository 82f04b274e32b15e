import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseExperiment } from '../../../src/configs/experiment/parse';
import { Emitter } from '../../../src/extension/emitter';
import { isApart, Jobs, type Job, type JobEnd, type JobEngine } from '../../../src/extension/runs/jobs';
import { appendEvents } from '../../../src/extension/runs/recordEnd';
import { readRunEvents } from '../../../src/files/runs';
import { cancelled, LabError } from '../../../src/shared/errors';
import { applyEvent } from '../../../src/shared/applyEvent';
import { emptyRun } from '../../../src/shared/runState';
import { planless } from '../configs/sampleExperiment';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith, throwsWith } from '../files/throwsCode';
import { logOf, until } from './logOf';
import { begun, finished, model, scored } from './runFolder';

describe('jobs', () => {
  const folder = temporaryFolder();
  let count = 0;

  /** An engine that does what the test says with the run it is given. */
  function jobsWith(work: (run: string, signal: AbortSignal) => Promise<void>, patience = 10) {
    const grown = new Emitter<string>();
    const stopped: unknown[] = [];
    const asked: unknown[] = [];
    const engine: JobEngine = {
      onRunGrew: grown.event,
      stop: (reason) => Promise.resolve(void stopped.push(reason)),
      request: (async (method: string, params: { run: string }, signal: AbortSignal) => {
        const { run } = params;
        asked.push({ method, ...params });
        await mkdir(run, { recursive: true });
        await work(run, signal);
        return { run };
      }) as JobEngine['request'],
    };
    const jobs = new Jobs(engine, logOf().log, patience);
    const seen: (Job | undefined)[] = [];
    const ends: JobEnd[] = [];
    jobs.onChange((job) => seen.push(job));
    jobs.onEnd((end) => ends.push(end));
    const file = join(folder.path, `w${count++}`, 'quick.adapter.yaml');
    const { experiment } = parseExperiment(planless.replace(/^search:.*\n/m, ''), file);
    assert.ok(experiment);
    return { jobs, seen, ends, stopped, asked, grown, experiment };
  }

  it('follow their run from before its first line to its end', async () => {
    const { jobs, seen, ends, grown, asked, experiment } = jobsWith(async (run) => {
      await appendEvents(run, [begun, model]);
      grown.fire(run);
      await appendEvents(run, [...scored.slice(2), finished]);
    });
    let run = '';
    const result = await jobs.start(experiment, 'run', 'auto', (folder) => (run = folder));
    assert.equal(result, run);
    assert.equal(dirname(run), join(dirname(experiment.file), '.adapter-lab', 'runs'));
    assert.match(run, /-quick-run$/);
    assert.deepEqual(asked, [
      { method: 'score', experiment: experiment.file, run, job: 'run', device: 'auto', resume: false },
    ]);
    assert.equal(seen[0]?.state.job, 'run');
    assert.equal(seen[0]?.state.status, 'running');
    assert.deepEqual(
      seen[0]?.state.tasks.map(({ name }) => name),
      ['spam'],
    );
    assert.equal(seen.at(-2)?.state.status, 'done');
    assert.equal(seen.at(-1), undefined);
    assert.equal(ends[0]?.error, undefined);
    assert.equal(ends[0]?.state.status, 'done');
  });

  it('ask for a search where they are one, as a part of the main job as well', async () => {
    const { jobs, asked, experiment } = jobsWith(() => Promise.resolve());
    await jobs.start(experiment, 'search', 'auto', undefined, undefined, { processes: 1 });
    await jobs.start(
      { ...experiment, searches: true },
      'run',
      'native',
      undefined,
      join(folder.path, 'old run'),
    );
    await jobs.start({ ...experiment, searches: true }, 'score', 'auto');
    assert.deepEqual(
      asked.map((one) => {
        const { method, job, resume, device, processes } = one as Record<string, unknown>;
        return [method, job, resume, device, processes];
      }),
      [
        ['search', 'search', false, 'auto', 1],
        ['search', 'run', true, 'native', undefined],
        ['score', 'score', false, 'auto', undefined],
      ],
    );
  });

  it('ask for a verdict by itself, and for a process apart where the main job ends with one', async () => {
    const { jobs, asked, experiment } = jobsWith(() => Promise.resolve());
    const run = await jobs.start(experiment, 'judge', 'auto');
    assert.match(run, /-quick-judge$/);
    const judges = { ...experiment, judges: true };
    await jobs.start(judges, 'run', 'auto');
    await jobs.start(judges, 'score', 'auto');
    assert.deepEqual(
      asked.map((one) => {
        const { method, job } = one as Record<string, unknown>;
        return [method, job];
      }),
      [
        ['judge', undefined],
        ['search', 'run'],
        ['score', 'score'],
      ],
    );
    assert.deepEqual(
      (['score', 'run', 'train', 'search', 'judge'] as const).map((job) => isApart(job, experiment)),
      [false, false, true, true, true],
    );
  });

  it('write the end of a run whose engine died', async () => {
    const { jobs, ends, experiment } = jobsWith(async (run) => {
      await appendEvents(run, [begun]);
      throw new LabError('engine-killed', 'It was killed.', 'Try again.');
    });
    await rejectsWith(jobs.start(experiment, 'run', 'auto'), 'engine-killed');
    const state = (await readRunEvents(ends[0]!.run)).reduce(applyEvent, emptyRun);
    assert.equal(state.status, 'failed');
    assert.equal(state.error?.code, 'engine-killed');
    assert.equal(jobs.active, undefined);
  });

  it('stop by asking the engine', async () => {
    let working = false;
    const { jobs, seen, stopped, experiment } = jobsWith(
      (_run, signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(cancelled()));
          working = true;
        }),
    );
    const score = jobs.start(experiment, 'run', 'auto');
    score.catch(() => undefined);
    // The request goes out once the run has been looked at.
    await until(() => working, 'the request');
    jobs.stop();
    jobs.stop();
    await rejectsWith(score, 'cancelled');
    assert.equal(seen.filter((job) => job?.stopping).length, 1);
    assert.deepEqual(stopped, []);
  });

  it('end an engine that does not stop by itself', async () => {
    let fail: ((error: LabError) => void) | undefined;
    const { jobs, stopped, experiment } = jobsWith(() => new Promise((_, reject) => (fail = reject)), 0.05);
    const score = jobs.start(experiment, 'run', 'auto');
    score.catch(() => undefined);
    await until(() => fail !== undefined, 'the request');
    jobs.stop();
    await until(() => stopped.length > 0, 'the engine to be ended');
    assert.equal((stopped[0] as LabError).code, 'cancelled');
    fail?.(cancelled());
    await rejectsWith(score, 'cancelled');
  });

  it('say when nothing is active any more', async () => {
    let fail: ((error: LabError) => void) | undefined;
    const { jobs, experiment } = jobsWith((run) =>
      appendEvents(run, [begun]).then(() => new Promise((_, reject) => (fail = reject))),
    );
    await jobs.idle();
    let run = '';
    const score = jobs.start(experiment, 'score', 'auto', (folder) => (run = folder));
    score.catch(() => undefined);
    const idle = jobs.idle();
    await until(() => fail !== undefined, 'the request');
    fail?.(new LabError('engine-killed', 'The window is gone.', 'Start it again.'));
    await idle;
    const end = (await readRunEvents(run)).at(-1);
    assert.ok(end?.type === 'finished' && end.error?.message === 'The window is gone.');
  });

  it('stop no job of theirs for a run that another program works on', async () => {
    let fail: ((error: LabError) => void) | undefined;
    const { jobs, experiment } = jobsWith(() => new Promise((_, reject) => (fail = reject)));
    const other = join(folder.path, 'another-search');
    throwsWith(() => jobs.stop(other), 'run-in-progress', /another-search/);
    let run = '';
    const score = jobs.start(experiment, 'run', 'auto', (at) => (run = at));
    score.catch(() => undefined);
    await until(() => fail !== undefined, 'the request');
    throwsWith(() => jobs.stop(other), 'run-in-progress', /another-search/);
    assert.equal(jobs.active?.stopping, false);
    jobs.stop(run);
    assert.equal(jobs.active.stopping, true);
    fail?.(cancelled());
    await rejectsWith(score, 'cancelled');
  });

  it('do nothing on Stop while nothing runs', () => {
    const { jobs, seen } = jobsWith(() => Promise.resolve());
    jobs.stop();
    assert.deepEqual(seen, []);
  });
});
