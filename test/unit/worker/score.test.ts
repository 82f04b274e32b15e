import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import { readRunEvents, runFiles } from '../../../src/files/runs';
import { runManifestSchema } from '../../../src/shared/runManifest';
import { temporaryFolder } from '../files/temporary';
import { isRunning, lanesOf, processesAreListed, untilGone } from '../engine/lanes/laneProcesses';
import { writeSmallExperiment } from '../engine/smallExperiment';
import { Engine } from './engine';
import { eventsOf, isScoring, writeLongExperiment } from './longScore';

const manifestOf = (run: string) =>
  runManifestSchema.parse(JSON.parse(readFileSync(path.join(run, runFiles.manifest), 'utf8')));
const stateIn = (run: string) => manifestOf(run).state;

/** The processes that score for an engine, where the system tells of them. */
function lanesIn({ child }: Engine): number[] {
  if (!processesAreListed) return [];
  const lanes = lanesOf(child.pid);
  assert.ok(lanes.length > 0);
  return lanes;
}

describe('engine process, scoring', () => {
  const folder = temporaryFolder();
  let engine: Engine;
  let long = '';
  before(async () => {
    long = await writeLongExperiment(path.join(folder.path, 'long'));
  });
  beforeEach(() => {
    engine = new Engine();
  });
  afterEach(() => engine.leave());

  /** Asks for a score and waits until it is in the middle; `ended` is that it failed, as it does when its process ends. */
  async function underWay(experiment: string, run: string): Promise<{ ended: Promise<void> }> {
    const params = { experiment, run, job: 'score', device: 'native', resume: false };
    const ended = assert.rejects(engine.request('score', params));
    await Promise.race([engine.until(() => isScoring(run)), ended]);
    return { ended };
  }

  it('tells that the run grew and that it lives, stops when cancelled, and scores again', async () => {
    const run = path.join(folder.path, 'cancelled run');
    const cancel = new CancellationTokenSource();
    const score = engine.request(
      'score',
      { experiment: long, run, job: 'score', device: 'native', resume: false },
      cancel.token,
    );
    const alive = async () => engine.received.heartbeat.length > 0 && (await isScoring(run));
    await Promise.race([engine.until(alive), score]);
    assert.ok(engine.received.heartbeat[0]!.rssBytes > 1e6);
    const lanes = lanesIn(engine);
    assert.deepEqual(new Set(engine.received.runGrew.map((grown) => grown.run)), new Set([run]));
    cancel.cancel();
    await assert.rejects(score, (thrown: { code: number; data: { code: string } }) => {
      assert.equal(thrown.code, -32800);
      assert.equal(thrown.data.code, 'cancelled');
      return true;
    });
    const last = (await readRunEvents(run)).at(-1);
    assert.deepEqual(last, { ...last, type: 'finished', state: 'cancelled' });
    assert.equal(stateIn(run), 'cancelled');
    assert.ok(lanes.every((id) => !isRunning(id)));

    const experiment = await writeSmallExperiment(path.join(folder.path, 'small'));
    const second = path.join(folder.path, 'second run');
    const answer = await engine.request('score', {
      experiment,
      run: second,
      job: 'run',
      device: 'auto',
      resume: false,
    });
    assert.deepEqual(answer, { run: second });
    assert.equal(stateIn(second), 'done');
    assert.deepEqual([manifestOf(run).job, manifestOf(second).job], ['score', 'run']);
  });

  it('leaves, killed in the middle, a run that opens and does not say that it ended', async () => {
    const run = path.join(folder.path, 'killed run');
    const { ended } = await underWay(long, run);
    const lanes = lanesIn(engine);
    engine.child.kill('SIGKILL');
    assert.deepEqual(await engine.leave(), { code: null, signal: 'SIGKILL' });
    await ended;
    const events = await readRunEvents(run);
    assert.equal(events[0]!.type, 'started');
    assert.ok(events.every(({ type }) => type !== 'finished'));
    assert.equal(stateIn(run), 'running');
    await untilGone(lanes);
  });

  it('goes on in another process with a run that was killed in the middle', async () => {
    const experiment = await writeLongExperiment(path.join(folder.path, 'middling'), 600);
    const run = path.join(folder.path, 'resumed run');
    const params = { experiment, run, job: 'score', device: 'native' };
    const { ended } = await underWay(experiment, run);
    engine.child.kill('SIGKILL');
    await engine.leave();
    await ended;
    const told = await eventsOf(run);
    const before = told.length;
    const done = told.findLast(({ type }) => type === 'scores');
    engine = new Engine();
    assert.deepEqual(await engine.request('score', { ...params, resume: true }), { run });
    assert.equal(stateIn(run), 'done');
    const events = await readRunEvents(run);
    assert.equal(events[before]!.type, 'resumed');
    const first = events.slice(before).find(({ type }) => type === 'scores');
    assert.ok(first?.type === 'scores' && done?.type === 'scores');
    assert.ok(first.samplesDone >= done.samplesDone, 'what was told before is there from the start');
    const last = events.findLast((event) => event.type === 'scores' && event.task === 'first');
    assert.ok(last?.type === 'scores' && last.samplesDone === 600);
    await assert.rejects(
      engine.request('score', { ...params, resume: true }),
      ({ data }: { data: { code: string } }) => data.code === 'run-not-resumable',
    );
  });

  it('ends in the middle of a score when the window is gone', async () => {
    const run = path.join(folder.path, 'abandoned run');
    const { ended } = await underWay(long, run);
    const lanes = lanesIn(engine);
    assert.deepEqual(await engine.leave(), { code: 0, signal: null });
    await ended;
    assert.ok((await readRunEvents(run)).length > 0);
    await untilGone(lanes);
  });
});
