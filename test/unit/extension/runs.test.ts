import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { appendFile, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { orphanEnd, manifestOf } from '../../../src/extension/runs/orphan';
import { beganAt, mayBeAlive } from '../../../src/files/processes';
import { recordEnd } from '../../../src/extension/runs/recordEnd';
import { RunFollower, type RunNews } from '../../../src/extension/runs/runFollower';
import { runTime } from '../../../src/extension/runs/runTime';
import { RunStore } from '../../../src/extension/runs/runStore';
import { readRunEvents, runFiles } from '../../../src/files/runs';
import { LabError } from '../../../src/shared/errors';
import type { UnstampedRunEvent } from '../../../src/shared/runEvents';
import { applyEvent } from '../../../src/shared/applyEvent';
import { emptyRun } from '../../../src/shared/runState';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { until } from './logOf';
import { at, begun, finished, manifest, model, scored, scores, writeRun } from './runFolder';

const killed = new LabError('engine-killed', 'It was killed.', 'Try again.');

describe('runs as the editor reads them', () => {
  const folder = temporaryFolder();
  let count = 0;
  const experiment = (): string => join(folder.path, `workspace ${count++}`, 'quick.adapter.yaml');

  it('ends a run in its journal where the engine could not', async () => {
    const run = await writeRun(experiment(), '20260101-0000000-quick-score', scored, {
      manifest: manifest({ state: 'running' }),
    });
    await appendFile(join(run, runFiles.events), '{"at":"half a li');
    await recordEnd(run, killed);
    await recordEnd(run, killed);
    const events = await readRunEvents(run);
    assert.equal(events.filter(({ type }) => type === 'finished').length, 1);
    const state = events.reduce(applyEvent, emptyRun);
    assert.equal(state.status, 'failed');
    assert.equal(state.error?.code, 'engine-killed');
    const ended = await manifestOf(run);
    assert.deepEqual([ended?.state, ended?.outcome], ['failed', killed.message]);
  });

  it('ends the process that writes a run apart from the engine, and no other', async () => {
    /** The signal that ends the process of a run once its end is recorded; one that lives on gets SIGTERM. */
    const endOf = async (events: readonly UnstampedRunEvent[], isApart = false): Promise<unknown> => {
      const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
      const gone = new Promise((resolve) => child.on('exit', (_, signal) => resolve(signal)));
      const searching = manifest({
        job: 'search',
        state: 'running',
        pid: child.pid!,
        createdAt: new Date().toISOString(),
      });
      const run = await writeRun(experiment(), '20260101-0000000-quick-search', events, {
        manifest: searching,
      });
      await recordEnd(run, killed, isApart).finally(() => child.kill('SIGTERM'));
      return gone;
    };
    assert.equal(await endOf([begun]), 'SIGTERM');
    assert.equal(await endOf([begun, finished], true), 'SIGTERM');
    assert.equal(await endOf([begun], true), 'SIGKILL');
  });

  it('writes no end for a run that never began, or has one', async () => {
    await recordEnd(join(folder.path, 'nowhere'), killed);
    const run = await writeRun(experiment(), '20260101-0000000-quick-score', [...scored, finished]);
    const before = await readFile(join(run, runFiles.events), 'utf8');
    await recordEnd(run, killed);
    assert.equal(await readFile(join(run, runFiles.events), 'utf8'), before);
  });

  it('knows an orphan from a run that may go on', async () => {
    const name = '20260101-0000000-quick-score';
    const events = [at(begun)];
    const dead = await writeRun(experiment(), name, [begun], { manifest: manifest({ pid: 0 }), age: 100 });
    const nextOf = async (run: string): Promise<string | undefined> => {
      const end = await orphanEnd(run, events);
      return end?.type === 'finished' ? end.error?.next : undefined;
    };
    assert.equal(await nextOf(dead), 'Start it again.');
    const searching = await writeRun(experiment(), '20260101-0000000-quick-search', [begun], {
      manifest: manifest({ pid: 0, job: 'search', state: 'running' }),
      age: 100,
    });
    await writeFile(join(searching, runFiles.scores), '{}');
    assert.equal(await nextOf(searching), 'Resume it: what was done is kept.');
    const createdAt = new Date().toISOString();
    const alive = await writeRun(experiment(), name, [begun], {
      manifest: manifest({ pid: process.pid, createdAt }),
      age: 100,
    });
    assert.equal(await orphanEnd(alive, events), undefined);
    const recent = await writeRun(experiment(), name, [begun], { manifest: manifest({ pid: 0 }) });
    assert.equal(await orphanEnd(recent, events), undefined);
    assert.equal(await orphanEnd(dead, [...events, at(finished)]), undefined);
  });

  it('does not take another process for the one that a run names', async function () {
    if (process.platform !== 'linux') return this.skip();
    const yesterday = Date.now() - 86_400_000;
    assert.equal(await mayBeAlive(process.pid, Date.now()), true);
    assert.equal(await mayBeAlive(process.pid, yesterday), false, 'this process began after the run');
    // A parent that takes no note of its child's end leaves a dead process with its number. The shell would take note: the
    // child lives until another program has taken its place.
    const untilReplaced = 'until grep -q sleep /proc/$$/comm; do :; done';
    const parent = spawn('sh', ['-c', `(${untilReplaced}) & echo $!; exec sleep 60`]);
    try {
      const pid = Number(
        await new Promise<string>((resolve) =>
          parent.stdout.once('data', (data: Buffer) => resolve(String(data))),
        ),
      );
      await until(() => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '), 'the dead child');
      assert.doesNotThrow(() => process.kill(pid, 0));
      assert.equal(await mayBeAlive(pid, Date.now()), false);
    } finally {
      parent.kill();
    }
    assert.equal(await mayBeAlive(0, Date.now()), false);
    // A clock that was set forwards makes every process seem younger; when it began by the machine's own count stays.
    const began = await beganAt(process.pid);
    assert.equal(await mayBeAlive(process.pid, yesterday, began), true);
    assert.equal(await mayBeAlive(process.pid, Date.now(), began! - 10), false);
  });

  it('finds the newest run and the newest with scores', async () => {
    const file = experiment();
    const store = new RunStore();
    assert.equal(await store.newest(file), undefined);
    const older = await writeRun(file, '20260101-0000000-quick-score', [...scored, finished]);
    const newer = await writeRun(file, '20260102-0000000-quick-score', [begun, model]);
    await writeRun(file, '20260103-0000000-other-score', [begun]);
    store.forget();
    assert.equal((await store.newest(file))?.folder, newer);
    assert.equal((await store.newestScored(file))?.folder, older);
    await appendFile(
      join(newer, runFiles.events),
      scored.map((event) => `${JSON.stringify(at(event))}\n`).join(''),
    );
    assert.equal((await store.newestScored(file))?.folder, newer);
  });

  it('reads of a run that grows only what is new, and all of one that was replaced', async () => {
    const store = new RunStore();
    const run = await writeRun(experiment(), '20260101-0000000-quick-score', scored);
    const journal = join(run, runFiles.events);
    assert.equal((await store.run(run)).state.tasks[0]?.samplesDone, 64);
    // What was read is not looked at again: as nonsense it would be an error.
    const handle = await open(journal, 'r+');
    await handle.write('nonsense', 0);
    await handle.close();
    await appendFile(journal, `${JSON.stringify(at(scores('spam', 65)))}\n${JSON.stringify(at(finished))}\n`);
    const [first, second] = await Promise.all([store.run(run), store.run(run)]);
    assert.deepEqual(first.state, second.state);
    assert.equal(first.state.status, 'done');
    assert.deepEqual(
      first.state.tasks.map(({ samplesDone }) => samplesDone),
      [65, 64],
    );
    await rm(journal);
    await rejectsWith(store.run(run), 'run-not-found', /does not exist/);
    await writeFile(journal, `${JSON.stringify(at(begun, 7))}\n`);
    const { state } = await store.run(run);
    assert.deepEqual([state.status, state.tasks[0]?.samplesDone], ['running', 0]);
  });

  it('does not fall over a journal that cannot be read', async () => {
    const file = experiment();
    const run = await writeRun(file, '20260101-0000000-quick-score', scored);
    await writeFile(join(run, runFiles.events), 'nonsense\n');
    assert.equal(await new RunStore().newest(file), undefined);
    assert.equal(await new RunStore().newestScored(file), undefined);
  });
});

describe('the time of a run', () => {
  it('is short for today, and has its date for another day', () => {
    const then = new Date(2026, 10, 22, 1, 28);
    assert.equal(runTime(then.toISOString(), new Date(2026, 10, 22, 9)), '01:28');
    assert.equal(runTime(then.toISOString(), new Date(2026, 10, 23, 9)), '2026-11-22 01:28');
  });
});

describe('following a run', () => {
  const folder = temporaryFolder();

  function follow(run: string): { follower: RunFollower; news: RunNews[]; failures: unknown[] } {
    const follower = new RunFollower(run);
    const news: RunNews[] = [];
    const failures: unknown[] = [];
    follower.onNews((one) => news.push(one));
    follower.onFailure((thrown) => failures.push(thrown));
    return { follower, news, failures };
  }

  it('tells what is there, then what comes, and starts over where the file was replaced', async () => {
    const file = join(folder.path, 'quick.adapter.yaml');
    const run = await writeRun(file, '20260101-0000000-quick-score', [begun]);
    const journal = join(run, runFiles.events);
    const { follower, news } = follow(run);
    try {
      await follower.start();
      assert.deepEqual(
        news.map(({ events }) => events.length),
        [1],
      );
      await appendFile(journal, `${JSON.stringify(at(model))}\n{"half`);
      await until(() => news.length === 2, 'the next line');
      assert.equal(news[1]?.events[0]?.type, 'model');
      await rm(journal);
      await writeFile(journal, `${JSON.stringify(at(begun, 7))}\n`);
      // It may have looked while there was no file, or nothing in it.
      await until(() => news.slice(2).some(({ events }) => events.length > 0), 'the replaced file');
      assert.ok(news[2]?.restart);
      assert.equal(news.at(-1)?.events.length, 1);
    } finally {
      follower.dispose();
    }
  });

  it('looks once for many hints, and tells all of it anew when asked', async () => {
    const file = join(folder.path, 'hints', 'quick.adapter.yaml');
    const run = await writeRun(file, '20260101-0000000-quick-score', [begun]);
    const { follower, news } = follow(run);
    try {
      await follower.start();
      const lines = Array.from({ length: 20 }, (_, index) => `${JSON.stringify(at(model, index))}\n`);
      const looks = lines.map((line) => {
        appendFileSync(join(run, runFiles.events), line);
        return follower.look();
      });
      await Promise.all(looks);
      assert.equal(news.length, 2);
      assert.equal(news.at(-1)?.events.at(-1)?.at, at(model, 19).at);
      await follower.again();
      assert.deepEqual([news.at(-1)?.restart, news.at(-1)?.events.length], [true, 2]);
    } finally {
      follower.dispose();
    }
  });

  it('waits for a run that is not there yet, and looks at once when told', async () => {
    const file = join(folder.path, 'late', 'quick.adapter.yaml');
    const { follower, news } = follow(
      join(folder.path, 'late', '.adapter-lab', 'runs', '20260101-0000000-quick-score'),
    );
    await follower.start();
    assert.deepEqual(news, []);
    await writeRun(file, '20260101-0000000-quick-score', [begun]);
    await follower.look();
    assert.equal(news.length, 1);
    follower.dispose();
    await follower.look();
    assert.equal(news.length, 1);
  });

  it('tells once of a line that is none of ours, and ends', async () => {
    const run = await writeRun(
      join(folder.path, 'bad', 'quick.adapter.yaml'),
      '20260101-0000000-quick-score',
      [],
    );
    await writeFile(join(run, runFiles.events), '{"type":"unheard-of"}\n');
    const { follower, news, failures } = follow(run);
    await follower.start();
    await follower.look();
    assert.equal(failures.length, 1);
    assert.deepEqual(news, []);
  });
});
