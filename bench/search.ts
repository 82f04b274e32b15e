import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readExperiment } from '../src/configs/experiment/parse';
import { searchExperiment } from '../src/engine/searchExperiment';
import { canResume, runFiles } from '../src/files/runs';
import { readStudy } from '../src/search/journal';
import type { RunState } from '../src/shared/runState';
import { version } from '../src/shared/version';
import { compareProposers, type SearchTable } from './lib/compareProposers';
import { sampleTasks, writeSampleTask, type SampleTask } from './lib/sampleTask';
import { describeMachine, writeResult } from './results';

const command = 'npm run bench -- search';
const ranks = [1, 2, 4, 8, 16, 32];
const layers = ['25%', '50%', '75%', '100%'];
const seeds = [1, 2];
/** Of the range of losses, for the searches in which size counts: by loss alone the largest adapter is best. */
const sizeShare = 0.5;
const work = path.resolve(__dirname, '../.cache/bench-search');
const tables = path.resolve(__dirname, 'results/search');

/**
 * How many trainings each proposer needs. For each of three tasks of the sample every point of a grid (6 ranks × 4 shares of
 * layers) is trained once with two seeds, about 60 steps each; then searches of 50 seeds look their results up. The measure is
 * the mean over a point's seeds of the best validation loss, on the first 60 samples. Reported: mean evaluations until a point within
 * 1 % of the grid's best, and the mean regret after each evaluation, of the Gaussian process, TPE, chance and the grid itself; by
 * loss alone, and by loss and size, where what is best lies inside the grid.
 *
 *     npm run bench -- search
 *
 * The tables take an hour on two cores; they are kept in bench/results/search/ and made only where they are missing. Stopped, the
 * next call goes on with the trial that was under way.
 */
export async function benchSearch(): Promise<void> {
  mkdirSync(tables, { recursive: true });
  const found: SearchTable[] = [];
  for (const task of Object.keys(sampleTasks) as SampleTask[]) {
    const file = path.join(tables, `${task}.json`);
    if (!existsSync(file)) writeFileSync(file, `${JSON.stringify(await tableOf(task), null, 1)}\n`);
    found.push(JSON.parse(readFileSync(file, 'utf8')) as SearchTable);
  }
  writeResult('search', {
    ...{ command, machine: describeMachine() },
    byLoss: compareProposers(found, 0),
    byLossAndSize: compareProposers(found, sizeShare),
  });
}

/** All points of one task, by a grid search over the engine's own trials. */
async function tableOf(task: SampleTask): Promise<SearchTable> {
  const folder = path.join(work, task);
  const grid = `evaluations: ${ranks.length * layers.length}, proposer: grid, seeds: ${seeds.length}, halving: false`;
  const file = await writeSampleTask(
    ...([folder, task, task, seeds] as const),
    `method: lora
adapter: { targets: [q_proj, v_proj, down_proj], rank: 8, alpha: 16 }
score: { samples: 32, max_length: 64 }
search: { ranks: [${ranks.join(', ')}], layers: [${layers.join(', ')}], ${grid} }`,
  );
  const run = path.join(folder, 'run');
  const resume = await canResume(run);
  const told = ({ state }: { state: RunState }): void => {
    process.stderr.write(`\r${task} ${Math.floor((state.share ?? 0) * 100)} % ${state.step ?? ''}  `);
  };
  const options = { run, device: 'auto', version, resume, told } as const;
  const { state } = await searchExperiment(await readExperiment(file), options, new AbortController().signal);
  const study = await readStudy(path.join(run, runFiles.trials));
  return {
    task,
    points: study.trials.map(({ number, point, cost }) => ({
      point,
      parameters: cost,
      seeds: seeds.map((seed) => ({ seed, ...reached(state, `trial-${number}-seed-${seed}`) })),
    })),
  };
}

/** The best validation loss and accuracy of a training. */
function reached({ trials }: RunState, name: string): { loss: number; accuracy: number } {
  const metrics = trials.find((trial) => trial.name === name)!.evaluations.flatMap((one) => one.metrics);
  return {
    loss: Math.min(...metrics.map(({ loss }) => loss)),
    accuracy: Math.max(...metrics.map(({ accuracy = 0 }) => accuracy)),
  };
}
