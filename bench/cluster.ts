import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listRuns, readRunEvents, runFiles } from '../src/files/runs';
import { readStudy } from '../src/search/journal';
import { SlurmCluster } from '../test/slurm/cluster';
import { tellingTimes, type ClusterModel } from './lib/cluster/timeModel';
import { writeSampleTask } from './lib/sampleTask';
import { describeMachine, median, round, writeResult } from './results';

const trials = 16;
const repeats = 2;
/** Of another search, that the model is held to. */
const otherBatch = 8;
const cli = path.resolve(__dirname, '../bin/adapter-lab.mjs');
type Side = 'here' | 'one node' | 'two nodes';
const options: Readonly<Record<Side, readonly string[]>> = {
  here: [],
  'one node': ['--executor', 'slurm', '--at-once', '1'],
  'two nodes': ['--executor', 'slurm', '--at-once', '2'],
};

/**
 * What handing over costs, on a Slurm of two nodes of one core each on this machine: a search of 16 trials in batches of two and a score,
 * by one single-threaded process here, on one node and on two, in turn. Two nodes of one machine are no proof of scaling: what more nodes
 * would do, `clusterModel` simulates with what these measurements give.
 *
 *     npm run build && npm run bench -- cluster
 */
export async function benchCluster(): Promise<void> {
  const lacking = SlurmCluster.lacking();
  if (lacking !== undefined) throw new Error(lacking);
  const folder = await mkdtemp(path.join(tmpdir(), 'adapter-lab-cluster-'));
  const cluster = await SlurmCluster.start();
  try {
    const file = await writeSampleTask(
      ...([folder, 'spam', 'spam', [1]] as const),
      `method: lora
adapter: { targets: [q_proj, v_proj, down_proj], rank: 8, alpha: 16 }
score: { samples: 256, max_length: 64, batch_size: 8 }
search: { ranks: [1, 2, 4, 8, 16, 32], layers: [25%, 50%, 75%, 100%], proposer: tpe, evaluations: ${trials}, batch: 2, halving: false }`,
    );
    // Some 25 steps: what a job takes besides its training is to be seen.
    // TPE, which spends all its evaluations: a Gaussian process stops where so few steps leave nothing to gain.
    writeFileSync(file, readFileSync(file, 'utf8').replace(/epochs: [\d.]+/, 'epochs: 0.12'));
    const measured: Record<Side, Measured[]> = { here: [], 'one node': [], 'two nodes': [] };
    for (let repeat = 0; repeat < repeats; repeat++)
      for (const side of Object.keys(measured) as Side[])
        measured[side].push(await measure(file, side, cluster));
    const sides = Object.fromEntries(
      (Object.keys(measured) as Side[]).map((side) => [side, summaryOf(measured[side])]),
    ) as Record<Side, Summary>;
    const studies = Object.values(measured)
      .flat()
      .map(({ study }) => study);
    const killed = await studyWithNodeKilled(file, cluster);
    const model: ClusterModel = { ...modelOf(sides), look: 0 };
    writeFileSync(file, readFileSync(file, 'utf8').replace('batch: 2', `batch: ${otherBatch}`));
    const other = await measure(file, 'two nodes', cluster);
    writeResult('cluster', {
      ...{ command: 'npm run bench -- cluster', machine: describeMachine(), trials, repeats },
      sameStudy: new Set(studies).size === 1,
      sameStudyWithANodeKilled: killed === studies[0],
      measured: sides,
      overheadSecondsPerTrial: round((sides['one node'].search - sides.here.search) / trials),
      speedUpOfTwoNodes: {
        search: round(sides['one node'].search / sides['two nodes'].search),
        score: round(sides['one node'].score / sides['two nodes'].score),
      },
      model,
      // What the model was not made of.
      modelAgainstAnotherBatch: {
        ...{ batch: otherBatch, nodes: 2, measured: round(other.search) },
        modelled: round(tellingTimes(model, trials, otherBatch, 2, 1).at(-1)!),
      },
      modelAgainstWhatItWasFittedTo: Object.fromEntries(
        ([1, 2] as const).map((nodes) => [
          `${nodes} nodes`,
          round(
            tellingTimes(model, trials, 2, nodes, 1).at(-1)! /
              sides[nodes === 1 ? 'one node' : 'two nodes'].search,
          ),
        ]),
      ),
    });
  } finally {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Measured {
  /** Seconds from the first trial's proposal to the last one's end, and from the first batch to the last of the score. */
  readonly search: number;
  readonly score: number;
  /** Seconds of each trial's training itself. */
  readonly trainings: readonly number[];
  readonly study: string;
}
interface Summary {
  readonly search: number;
  readonly score: number;
  readonly training: number;
  readonly spread: number;
}

/** The study of a search on two nodes of which one is killed when half of the trials are told. */
async function studyWithNodeKilled(file: string, cluster: SlurmCluster): Promise<string> {
  const command = [cli, 'search', file, ...options['two nodes'], '--device', 'native'];
  const child = spawn(process.execPath, command, {
    env: { ...process.env, ...cluster.env, ADAPTER_LAB_LOOK_SECONDS: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = once(child, 'exit');
  for (;;) {
    const [run] = await listRuns(file);
    const study = run && (await readStudy(path.join(run, runFiles.trials)).catch(() => undefined));
    const told = study ? study.trials.filter(({ state }) => state === 'done').length : 0;
    if (told >= trials / 2 && cluster.processesOf('n2').length > 0) break;
    if (child.exitCode !== null) throw new Error(`The search ended before a node was killed:\n${said}`);
    await sleep(100);
  }
  cluster.killNode('n2');
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new Error(said);
  const [run] = await listRuns(file);
  const study = await studyOf(run!);
  await rm(run!, { recursive: true });
  return study;
}

/** All of a run's search and scores that does not depend on time. */
async function studyOf(run: string): Promise<string> {
  const study = await readStudy(path.join(run, runFiles.trials));
  const values = study.trials.map(({ point, state, values: told }) => ({ point, state, told }));
  const scores = JSON.parse(readFileSync(path.join(run, runFiles.scores), 'utf8')) as {
    scores: { layers: unknown }[];
  };
  return JSON.stringify([values, scores.scores.map(({ layers }) => layers)]);
}

async function measure(file: string, side: Side, cluster: SlurmCluster): Promise<Measured> {
  const command = [cli, 'search', file, ...options[side], '--device', 'native'];
  // One core, so that the process here has one thread as well.
  const { status, stderr } = spawnSync('taskset', ['--cpu-list', '0', process.execPath, ...command], {
    env: { ...process.env, ...cluster.env, ADAPTER_LAB_LOOK_SECONDS: '1' },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  const [run] = await listRuns(file);
  const events = await readRunEvents(run!);
  const timeOf = (type: string, which: 'first' | 'last'): number => {
    const all = events.filter((event) => event.type === type);
    return Date.parse((which === 'first' ? all[0] : all.at(-1))!.at) / 1000;
  };
  const stage = (name: string): number =>
    Date.parse(events.find((event) => event.type === 'stage' && event.stage === name)!.at) / 1000;
  const study = await readStudy(path.join(run!, runFiles.trials));
  const trainings = study.trials.map(
    ({ startedAt, finishedAt }) => (Date.parse(finishedAt!) - Date.parse(startedAt!)) / 1000,
  );
  if (study.trials.length !== trials)
    throw new Error(`The search ended after ${study.trials.length} trials.`);
  const told = await studyOf(run!);
  await rm(run!, { recursive: true });
  return {
    search: timeOf('search-ended', 'first') - timeOf('search-begun', 'first'),
    score: stage('write') - stage('score'),
    ...{ trainings, study: told },
  };
}

function summaryOf(all: readonly Measured[]): Summary {
  const trainings = all.flatMap((one) => one.trainings);
  const logs = trainings.map(Math.log);
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  return {
    search: round(median(all.map(({ search }) => search))),
    score: round(median(all.map(({ score }) => score))),
    training: round(median(trainings)),
    spread: round(Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / logs.length)),
  };
}

/** A round and a start are told apart by one node, which has a start for each trial, and two, which share them. */
function modelOf({
  here,
  'one node': one,
  'two nodes': two,
}: Record<Side, Summary>): Omit<ClusterModel, 'look'> {
  const { spread } = here;
  const trial = here.search / trials;
  const rounds = trials / 2;
  // one = rounds · round + trials · (start + trial), two = rounds · round + rounds · (start + trial · slowest of two)
  const slowest = 1 + 0.56 * spread;
  const start = Math.max(
    0,
    (one.search - two.search - trial * (trials - rounds * slowest)) / (trials - rounds),
  );
  const ofRound = Math.max(0, (one.search - trials * (start + trial)) / rounds);
  return { trial: round(trial), spread, start: round(start), round: round(ofRound) };
}
