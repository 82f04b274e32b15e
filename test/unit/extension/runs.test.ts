import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compactEvents } from '../../../src/extension/runs/compactEvents';
import { orphanEnd, manifestOf } from '../../../src/extension/runs/orphan';
import { mayBeAlive } from '../../../src/files/processes';
import { recordEnd } from '../../../src/extension/runs/recordEnd';
import { RunFollower, type RunNews } from '../../../src/extension/runs/runFollower';
import { runTime } from '../../../src/extension/runs/runTime';
import { RunStore } from '../../../src/extension/runs/runStore';
import { readRunEvents, runFiles } from '../../../src/files/runs';
import { LabError } from '../../../src/shared/errors';
import { applyEvent, emptyRun } from '../../../src/shared/runState';
import { temporaryFolder } from '../files/temporary';
import { until } from './logOf';
import { at, begun, finished, manifest, model, scored, scores, writeRun } from './runFolder';

const killed = new LabError('engine-killed', 'It was killed.', 'Try again.');

describe('runs as the editor reads them', () => {
  const folder = temporaryFolder();
  let count = 0;
  const experiment = (): string => join(folder.path, `workspace ${count++}`, 'quick.adapter.yaml');

  it('leaves out what later events make void, and replays to the same state', () => {
    const events = [begun, scores('old', 8), ...scored, finished].map((event, index) => at(event, index));
    const compact = compactEvents(events);
    assert.equal(compact.filter(({ type }) => type === 'scores').length, 3);
    assert.deepEqual(compact.reduce(applyEvent, emptyRun), events.reduce(applyEvent, emptyRun));
  });

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
    assert.equal((await manifestOf(run))?.state, 'failed');
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
    assert.equal((await orphanEnd(dead, events))?.type, 'finished');
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
    const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 30']);
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
      await until(() => news.some(({ restart }) => restart), 'the replaced file');
      assert.equal(news.at(-1)?.events.length, 1);
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
