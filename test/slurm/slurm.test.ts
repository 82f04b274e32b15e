import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readOutcomes } from '../../src/engine/judge/outcomes';
import { listRuns, readRunEvents, runFiles } from '../../src/files/runs';
import { readStudy } from '../../src/search/journal';
import { replay } from '../../src/shared/replay';
import { emptyRun } from '../../src/shared/runState';
import { adapterLab, type Finished } from '../cli/commandLine';
import { temporaryFolder } from '../unit/files/temporary';
import { writeSmallExperiment } from '../unit/engine/smallExperiment';
import { SlurmExecutor } from '../../src/executors/slurm/slurmExecutor';
import { holdsContract } from '../unit/executors/contract';
import { SlurmCluster } from './cluster';

const textOf = (more: string): string => `version: 1
model: models/small
tasks:
  - { name: first, kind: causal-lm, train: data/first.jsonl, validation: data/second.jsonl }
method: floe
adapter: { targets: [q_proj, down_proj], rank: 4, alpha: 8, experts: 2 }
score: { samples: 8, max_length: 16, batch_size: 2 }
train: { epochs: 60, learning_rate: 2e-2, batch_size: 4, max_length: 16, seeds: [1, 2], evaluations: 1 }
search: { ranks: [1, 2, 4], layers: [50%, 100%], evaluations: 4, batch: 2 }
${more}`;
const judging = 'judge: { controls: [uniform] }\n';

describe('a Slurm cluster of two nodes', function () {
  this.timeout(300_000);
  const folder = temporaryFolder();
  let cluster: SlurmCluster;
  before(async function () {
    const lacking = SlurmCluster.lacking();
    if (lacking !== undefined) {
      console.log(`    Skipped: ${lacking}`);
      this.skip();
    }
    cluster = await SlurmCluster.start();
    await writeSmallExperiment(folder.path);
  });
  after(() => cluster?.stop());

  const start = (
    command: string[],
    more: {
      readonly watch?: (stderr: string) => void;
      readonly kill?: (run: string) => Promise<NodeJS.Signals>;
    } = {},
  ): Promise<Finished> => {
    const [, name = ''] = command;
    return adapterLab(command, {
      cwd: folder.path,
      env: { ...cluster.env, ADAPTER_LAB_LOOK_SECONDS: '0.5' },
      ...(more.watch && { watch: more.watch }),
      started: (child) => {
        if (more.kill)
          void runOf(name)
            .then(more.kill)
            .then((signal) => child.kill(signal));
      },
    });
  };
  const at = (name: string): string => path.join(folder.path, name);
  /** The newest run of an experiment, as soon as there is one. */
  async function runOf(name: string): Promise<string> {
    for (;;) {
      const [run] = await listRuns(at(name));
      if (run !== undefined) return run;
      await sleep(20);
    }
  }
  async function experiment(name: string, more = ''): Promise<string> {
    await writeFile(at(name), textOf(more));
    return name;
  }
  async function studyOf(name: string) {
    const { trials, stopped } = await readStudy(path.join(await runOf(name), runFiles.trials));
    return {
      stopped,
      trials: trials.map(({ point, state, values, curve }) => ({ point, state, values, curve })),
    };
  }
  const stateOf = async (run: string) => replay(emptyRun, await readRunEvents(run));
  const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await isSo())) await sleep(20);
  };
  /** Attempts at all pieces of a run. */
  const attempts = (run: string): number =>
    existsSync(path.join(run, 'pieces'))
      ? readdirSync(path.join(run, 'pieces'), { recursive: true, encoding: 'utf8' }).filter((name) =>
          /attempts\/\d+$/.test(name),
        ).length
      : 0;

  it('does a whole run as this machine does by itself: scores, study, plan and verdict', async () => {
    const here = await experiment('here.adapter.yaml', judging);
    const there = await experiment('there.adapter.yaml', judging);
    const local = await start(['run', here]);
    assert.equal(local.code, 0, local.stderr);
    const remote = await start(['run', there, '--executor', 'slurm']);
    assert.equal(remote.code, 0, remote.stderr);
    assert.match(remote.stderr, /Slurm: 2 jobs run on n1, n2/);
    assert.deepEqual(await studyOf(there), await studyOf(here));
    const [ours, theirs] = [await runOf(here), await runOf(there)];
    const scores = (run: string): unknown =>
      (JSON.parse(readFileSync(path.join(run, runFiles.scores), 'utf8')) as { scores: unknown }).scores;
    assert.deepEqual(scores(theirs), scores(ours));
    const outcomes = async (run: string) =>
      (await readOutcomes(path.join(run, runFiles.outcomes))).outcomes
        .map(({ arm, seed, tasks }) => ({ key: `${arm} ${seed}`, tasks }))
        .sort((a, b) => a.key.localeCompare(b.key));
    assert.deepEqual(await outcomes(theirs), await outcomes(ours));
    assert.equal(readFileSync(at(there), 'utf8'), readFileSync(at(here), 'utf8'));
    assert.ok(!existsSync(path.join(theirs, 'pieces')));
    assert.deepEqual(cluster.squeue('%i'), []);
  });

  it('loses nothing with a node that dies in the middle of a search', async () => {
    const name = await experiment('killed.adapter.yaml');
    let killed = '';
    const ending = start(['search', name, '--executor', 'slurm']);
    const run = await runOf(name);
    await until(async () => (await stateOf(run)).trials.some(({ step }) => step > 20));
    await until(() => cluster.processesOf('n2').length > 0);
    killed = cluster.stateOf('n2');
    cluster.killNode('n2');
    const { code, stderr } = await ending;
    assert.equal(code, 0, stderr);
    assert.notEqual(killed, 'idle', 'it was at work');
    assert.deepEqual(await studyOf(name), await studyOf('here.adapter.yaml'));
    await cluster.startNode('n2');
  });

  it('goes on where nobody waits, and is taken up again without another job for what goes on', async () => {
    const name = await experiment('left.adapter.yaml');
    const left = await start(['search', name, '--executor', 'slurm'], {
      kill: async (run) => {
        await until(async () => (await stateOf(run)).trials.some(({ step }) => step > 5));
        return 'SIGKILL';
      },
    });
    assert.equal(left.signal, 'SIGKILL');
    const run = await runOf(name);
    const before = attempts(run);
    assert.ok(before >= 1 && cluster.squeue('%i').length > 0, 'jobs go on');
    const again = await start(['search', name, '--executor', 'slurm', '--resume', run]);
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual(await studyOf(name), await studyOf('here.adapter.yaml'));
    const { setbacks } = await stateOf(run);
    assert.deepEqual(setbacks, []);
  });

  it('ends its jobs when it is stopped, and goes on from their checkpoints', async () => {
    const name = await experiment('stopped.adapter.yaml');
    const stopped = await start(['search', name, '--executor', 'slurm'], {
      kill: async (run) => {
        await until(async () => (await stateOf(run)).trials.some(({ step }) => step > 5));
        return 'SIGINT';
      },
    });
    assert.equal(stopped.code, 130, stopped.stderr);
    await until(() => cluster.squeue('%i').length === 0);
    const run = await runOf(name);
    assert.ok(existsSync(path.join(run, 'pieces')));
    const again = await start(['search', name, '--executor', 'slurm', '--resume', run]);
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual(await studyOf(name), await studyOf('here.adapter.yaml'));
    assert.deepEqual((await stateOf(run)).setbacks, []);
  });

  it('has a part whose job was told to end go on in another, and one that is not heard of go on beside its twin', async () => {
    const name = await experiment('ended.adapter.yaml');
    const ending = start(['search', name, '--executor', 'slurm']);
    const run = await runOf(name);
    await until(async () => (await stateOf(run)).trials.some(({ step }) => step > 20));
    const [first = ''] = cluster.squeue('%i');
    // As at its time limit.
    cluster.run('scancel', ['--batch', '--signal=TERM', first]);
    await until(async () => (await stateOf(run)).setbacks.length > 0);
    await until(() => cluster.processesOf('n2').length > 0);
    cluster.isolateNode('n2');
    const { code, stderr } = await ending;
    assert.equal(code, 0, stderr);
    assert.deepEqual(await studyOf(name), await studyOf('here.adapter.yaml'));
    await cluster.startNode('n2');
  });

  it('leaves its jobs alone when the terminal is closed, and takes them up by itself', async () => {
    // A number of jobs alone names no executor.
    const name = await experiment('closed.adapter.yaml', `${judging}jobs: { at_once: 2 }\n`);
    const closed = await start(
      [
        'judge',
        name,
        '--executor',
        'slurm',
        '--plan',
        path.join(await runOf('here.adapter.yaml'), 'plan.json'),
      ],
      {
        kill: async (run) => {
          await until(async () => (await stateOf(run)).trials.some(({ step }) => step > 5));
          return 'SIGHUP';
        },
      },
    );
    assert.equal(closed.code, 130, closed.stderr);
    assert.ok(cluster.squeue('%i').length > 0, 'jobs go on');
    const run = await runOf(name);
    assert.equal((await stateOf(run)).pieces?.executor, 'slurm', 'and it is said that they do');
    const pieces = (): string[] =>
      readdirSync(path.join(run, 'pieces')).filter((one) => one.includes('seed'));
    const before = pieces();
    // With the executor that it was begun with, though nobody says it.
    const again = await start(['judge', name, '--resume', run]);
    assert.equal(again.code, 0, again.stderr);
    assert.ok(before.length > 0);
    const events = await readRunEvents(run);
    const resumed = events.slice(events.findLastIndex(({ type }) => type === 'resumed'));
    const executors = resumed.flatMap((event) => (event.type === 'pieces' ? [event.executor] : []));
    assert.deepEqual([...new Set(executors)], ['slurm']);
    const { settings, outcomes } = await readOutcomes(path.join(run, runFiles.outcomes));
    const local = await readOutcomes(path.join(await runOf('here.adapter.yaml'), runFiles.outcomes));
    assert.deepEqual(settings.plan, local.settings.plan);
    const byKey = (all: typeof outcomes) =>
      all
        .map(({ arm, seed, tasks }) => ({ key: `${arm} ${seed}`, tasks }))
        .sort((a, b) => a.key.localeCompare(b.key));
    assert.deepEqual(byKey(outcomes), byKey(local.outcomes));
  });

  describe('as an executor', () => {
    const before = { ...process.env };
    beforeEach(() => Object.assign(process.env, cluster.env));
    afterEach(() => {
      process.env = { ...before };
    });
    holdsContract(
      () => folder.path,
      () => new SlurmExecutor({ name: 'slurm' }, 200),
      { survives: true },
    );
  });

  it('says what Slurm refuses, with its own words', async () => {
    const name = await experiment('refused.adapter.yaml', 'executor: slurm\njobs: { partition: nowhere }\n');
    const { code, stderr } = await start(['search', name]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /executor-failed: sbatch failed: .*nowhere|invalid partition/i);
    assert.equal((await stateOf(await runOf(name))).pieces, undefined, 'nothing was handed over');
  });
});
