import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { mock } from 'node:test';
import { readExperiment } from '../../../src/configs/experiment/parse';
import { scoreExperiment, type RunOptions } from '../../../src/engine/scoreExperiment';
import { ScoreStore } from '../../../src/engine/scoring/scoreStore';
import { hashFile } from '../../../src/files/hash';
import { beganAt } from '../../../src/files/processes';
import { readRunEvents, runFiles } from '../../../src/files/runs';
import { LabError } from '../../../src/shared/errors';
import { runManifestSchema, type RunManifest } from '../../../src/shared/runManifest';
import { applyEvent } from '../../../src/shared/applyEvent';
import { emptyRun, type RunState } from '../../../src/shared/runState';
import { runScoresSchema } from '../../../src/shared/scoreFile';
import { openDevice } from '../../../src/tensors/device';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { experimentText, writeSmallExperiment } from './smallExperiment';

const never = new AbortController().signal;

describe('scoreExperiment', () => {
  const folder = temporaryFolder();
  let file = '';
  let count = 0;
  before(async () => {
    await openDevice('native', 1);
    file = await writeSmallExperiment(folder.path);
  });

  const options = (told: RunOptions['told'] = () => undefined): RunOptions => ({
    run: path.join(folder.path, '.adapter-lab', 'runs', `run ${count++}`),
    job: 'score',
    device: 'auto',
    version: '1.2.3',
    processes: 0,
    told,
  });
  const manifestOf = (run: string): RunManifest =>
    runManifestSchema.parse(JSON.parse(readFileSync(path.join(run, runFiles.manifest), 'utf8')));
  const replayed = async (run: string): Promise<RunState> =>
    (await readRunEvents(run)).reduce(applyEvent, emptyRun);

  const scoresIn = (run: string) =>
    runScoresSchema.parse(JSON.parse(readFileSync(path.join(run, runFiles.scores), 'utf8'))).scores;

  /** Whoever waits for the journal may come when all is computed: a disk can be slower than a small model. */
  const cancelledAtFirstResult = (): AbortSignal => {
    const controller = new AbortController();
    const { add } = ScoreStore.prototype;
    mock.method(ScoreStore.prototype, 'add', function (this: ScoreStore, ...update: Parameters<typeof add>) {
      controller.abort();
      return add.apply(this, update);
    });
    return controller.signal;
  };
  afterEach(() => mock.restoreAll());

  it('leaves a folder with manifest, journal, scores and report, each whole', async () => {
    const at = options();
    const writer = await scoreExperiment(await readExperiment(file), at, never);
    assert.deepEqual(readdirSync(at.run).sort(), [
      'events.jsonl',
      'experiment.yaml',
      'report.html',
      'report.md',
      'run.json',
      'scores.json',
    ]);
    const scores = scoresIn(at.run);
    assert.deepEqual(
      scores.map(({ task, samples, model }) => [task, samples, model]),
      [
        ['first', 10, 'models/small'],
        ['second', 7, 'models/small'],
      ],
    );
    const state = await replayed(at.run);
    assert.deepEqual(state, writer.state);
    assert.equal(state.status, 'done');
    assert.deepEqual(state.wrote, ['scores.json', 'report.md', 'report.html']);
    state.tasks.forEach((task, index) =>
      assert.deepEqual(
        task.scores,
        scores[index]!.modules.map(({ score }) => score),
      ),
    );
    assert.ok(state.estimate !== undefined && state.actual !== undefined);
    const report = readFileSync(path.join(at.run, runFiles.report), 'utf8');
    assert.match(report, /^# small\.adapter\.yaml\n/);
    assert.match(report, /- first: 10 samples/);
  });

  it('has a manifest from which the run can be checked: hashes, versions, paths from the run itself', async () => {
    const at = options();
    await scoreExperiment(await readExperiment(file), at, never);
    const { createdAt, finishedAt, pidBegan, ...manifest } = manifestOf(at.run);
    assert.ok(Date.parse(finishedAt ?? '') >= Date.parse(createdAt));
    assert.equal(pidBegan, await beganAt(process.pid));
    const { inputs, versions, ...facts } = manifest;
    assert.deepEqual(facts, {
      command: 'adapter-lab score small.adapter.yaml',
      version: 1,
      id: path.basename(at.run),
      job: 'score',
      experiment: '../../../small.adapter.yaml',
      state: 'done',
      pid: process.pid,
      host: os.hostname(),
      seed: 1,
      device: 'native',
      outcome: 'fisher · 17 samples · 2 tasks',
    });
    assert.equal(versions.adapterLab, '1.2.3');
    assert.equal(versions.node, process.versions.node);
    assert.equal(inputs.experimentHash, await hashFile(file));
    assert.match(inputs.modelHash, /^sha256:[0-9a-f]{64}$/);
    assert.equal(path.resolve(at.run, inputs.model), path.join(folder.path, 'models', 'small'));
    for (const { name, file: data, hash } of inputs.tasks) {
      assert.equal(path.resolve(at.run, data), path.join(folder.path, 'data', `${name}.jsonl`));
      assert.equal(hash, await hashFile(path.resolve(at.run, data)));
    }
  });

  it('tells after each line', async () => {
    const told: unknown[] = [];
    const at = options(({ last }) => told.push(last));
    await scoreExperiment(await readExperiment(file), at, never);
    const events = await readRunEvents(at.run);
    assert.deepEqual(told, events);
  });

  const ends = async (run: string): Promise<RunState> => {
    const events = await readRunEvents(run);
    assert.equal(events[0]!.type, 'started');
    const finished = events.findIndex(({ type }) => type === 'finished');
    assert.equal(finished, events.length - 1, 'nothing stands behind the end of a run');
    const state = await replayed(run);
    assert.equal(manifestOf(run).state, state.status);
    assert.ok(manifestOf(run).finishedAt !== undefined);
    return state;
  };

  it('records what made it fail, and throws the same', async () => {
    const at = options();
    const experiment = await readExperiment(file);
    const [task] = experiment.tasks;
    const broken = { ...experiment, tasks: [{ ...task!, train: path.join(folder.path, 'none.jsonl') }] };
    await rejectsWith(scoreExperiment(broken, at, never), 'data-missing', /none\.jsonl/);
    const { status, error, wrote } = await ends(at.run);
    assert.equal(status, 'failed');
    assert.equal(error?.code, 'data-missing');
    assert.match(error.message, /none\.jsonl/);
    assert.ok(error.next.length > 0);
    assert.deepEqual(wrote, []);
  });

  it('keeps every event that came before the failure, in order', async () => {
    const at = { ...options(), device: 'cpu' as const };
    await rejectsWith(scoreExperiment(await readExperiment(file), at, never), 'device-unavailable');
    const state = await ends(at.run);
    assert.equal(state.error?.code, 'device-unavailable');
    assert.equal(state.stage, 'probe');
    assert.equal(state.modules.length, 14);
  });

  it('is cancelled between two steps, and says so', async () => {
    const at = options();
    const experiment = await readExperiment(file);
    await rejectsWith(scoreExperiment(experiment, at, cancelledAtFirstResult()), 'cancelled');
    const { status, error, tasks } = await ends(at.run);
    assert.equal(status, 'cancelled');
    assert.equal(error?.code, 'cancelled');
    assert.ok(tasks[1]!.samplesDone < 7);
    assert.equal(existsSync(path.join(at.run, runFiles.scores)), false);
  });

  it('fails where a result cannot be written', async () => {
    const at = options();
    await mkdir(path.join(at.run, runFiles.scores), { recursive: true });
    await assert.rejects(scoreExperiment(await readExperiment(file), at, never), LabError);
    assert.equal((await ends(at.run)).status, 'failed');
  });

  it('includes what comes after the scores in the run', async () => {
    const at = options();
    const failing = scoreExperiment(await readExperiment(file), at, never, async (writer, { scores }) => {
      assert.equal(scores.length, 2);
      await writer.record({ type: 'stage', stage: 'allocate' });
      throw new LabError('budget-too-small', 'Too small.', 'Raise it.');
    });
    await rejectsWith(failing, 'budget-too-small');
    const { status, stage, wrote } = await ends(at.run);
    assert.equal(status, 'failed');
    assert.equal(stage, 'allocate');
    assert.deepEqual(wrote, ['scores.json'], 'the scores are kept');
  });

  it('takes the labels, the seed and the samples that the experiment asks for', async () => {
    const other = path.join(folder.path, 'other');
    const text = experimentText.replace('samples: 12', 'labels: "true", seed: 5, samples: 6');
    const experiment = await readExperiment(await writeSmallExperiment(other, text));
    const at = options();
    await scoreExperiment(experiment, at, never);
    for (const { labels, seed, samples, maxLength } of scoresIn(at.run))
      assert.deepEqual([labels, seed, samples, maxLength], ['true', 5, 6, 16]);
    await rm(other, { recursive: true });
  });

  it('says what an executor lacks', async () => {
    const at = options();
    const experiment = await readExperiment(file);
    const { PATH } = process.env;
    process.env['PATH'] = '';
    try {
      const elsewhere = { ...experiment, executor: 'slurm' } as const;
      await rejectsWith(scoreExperiment(elsewhere, at, never), 'executor-unavailable', /sbatch/);
    } finally {
      process.env['PATH'] = PATH;
    }
    assert.equal(manifestOf(at.run).state, 'failed');
  });

  it('goes on with a run that was cancelled, from what it has, to the same scores', async () => {
    const at = options();
    const experiment = await readExperiment(file);
    await rejectsWith(scoreExperiment(experiment, at, cancelledAtFirstResult()), 'cancelled');
    const writer = await scoreExperiment(experiment, { ...at, resume: true }, never);
    assert.equal(writer.state.status, 'done');
    assert.equal(writer.state.error, undefined);
    const whole = options();
    await scoreExperiment(experiment, whole, never);
    assert.deepEqual(scoresIn(at.run), scoresIn(whole.run));
    assert.equal(manifestOf(at.run).experiment, '../../../small.adapter.yaml');
  });

  it('says disk-full where the journal cannot grow, and holds no file open', async function () {
    if (process.platform !== 'linux') this.skip();
    const at = options();
    await mkdir(at.run, { recursive: true });
    // A device of Linux that is always full.
    symlinkSync('/dev/full', path.join(at.run, runFiles.events));
    await rejectsWith(scoreExperiment(await readExperiment(file), at, never), 'disk-full');
    const open = readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/self/fd/${fd}`)];
      } catch {
        return [];
      }
    });
    assert.ok(!open.includes('/dev/full'));
  });
});
