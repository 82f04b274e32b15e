import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { readExperiment } from '../src/configs/experiment/parse';
import type { Experiment } from '../src/configs/experiment/experiment';
import { scoreExperiment } from '../src/engine/scoreExperiment';
import { trainExperiment } from '../src/engine/trainExperiment';
import { runFiles } from '../src/files/runs';
import { kendallTau } from '../src/planning/stability';
import { runScoresSchema } from '../src/shared/scoreFile';
import { version } from '../src/shared/version';
import { estimators, layerEstimators, type Estimator, type Plan } from '../src/shared/words';
import { writeSampleTask } from './lib/sampleTask';
import { describeMachine, median, writeResult } from './results';

const command = 'npm run bench -- selection';
const tasks = ['spam', 'gloss'] as const;
type Task = (typeof tasks)[number];
const targets = ['self_attn.q_proj', 'self_attn.v_proj', 'mlp.down_proj'];
const [layers, kept, seeds] = [8, 2, [1, 2]];
const never = new AbortController().signal;
const work = path.resolve(__dirname, '../.cache/bench-selection');
const tables = path.resolve(__dirname, 'results/selection');

interface Mask {
  readonly layers: readonly number[];
  /** Mean over seeds of the best validation loss. */
  readonly loss: number;
}

/**
 * Whether scores choose well. For two tasks of the sample every mask of 2 of the 8 layers is trained (LoRA of rank 8 in those
 * layers, about 60 steps, two seeds), so that the best mask is known and not only found. Then each estimator chooses its two layers
 * from 64 samples: the loss with them, its place among all 28 masks, and Kendall's τ between the sum of a mask's scores and how well it
 * does. The median mask is what a random choice comes to.
 *
 *     npm run bench -- selection
 *
 * The losses are kept in bench/results/selection/ and computed only where they are missing: some fifteen minutes on two cores.
 */
export async function benchSelection(): Promise<void> {
  mkdirSync(tables, { recursive: true });
  const results: Record<string, unknown> = {};
  for (const task of tasks) {
    const masks = await masksOf(task);
    const losses = masks.map(({ loss }) => loss).sort((a, b) => a - b);
    const rows: Record<string, unknown> = {};
    for (const estimator of estimators) rows[estimator] = await judged(task, estimator, masks);
    const best = masks.find(({ loss }) => loss === losses[0])!;
    results[task] = {
      masks: masks.length,
      best: { layers: best.layers, loss: losses[0] },
      random: { median: median(losses), worst: losses.at(-1) },
      estimators: rows,
    };
  }
  writeResult('selection', { command, machine: describeMachine(), layers, kept, seeds, tasks: results });
}

async function judged(task: Task, estimator: Estimator, masks: readonly Mask[]) {
  const scores = await scoresOf(task, estimator);
  const order = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b);
  const chosen = order.slice(0, kept).sort((a, b) => a - b);
  const mask = masks.find((one) => one.layers.join() === chosen.join())!;
  const sums = masks.map((one) => one.layers.reduce((sum, layer) => sum + scores[layer]!, 0));
  return {
    layers: chosen,
    loss: mask.loss,
    place: 1 + masks.filter(({ loss }) => loss < mask.loss).length,
    kendallTau: Number(
      kendallTau(
        sums,
        masks.map(({ loss }) => -loss),
      ).toFixed(2),
    ),
  };
}

/** Every mask's loss; those that a file has are not trained again. */
async function masksOf(task: Task): Promise<Mask[]> {
  const file = path.join(tables, `${task}.jsonl`);
  const read = (): Mask[] =>
    existsSync(file)
      ? readFileSync(file, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Mask)
      : [];
  const known = new Set(read().map((mask) => mask.layers.join()));
  for (let a = 0; a < layers; a++) {
    for (let b = a + 1; b < layers; b++) {
      if (known.has(`${a},${b}`)) continue;
      const loss = await lossWith(task, [a, b]);
      appendFileSync(file, `${JSON.stringify({ layers: [a, b], loss } satisfies Mask)}\n`);
      process.stderr.write(`\r${task} layers ${a}, ${b}: ${loss.toFixed(4)}  `);
    }
  }
  return read();
}

async function lossWith(task: Task, mask: readonly number[]): Promise<number> {
  const experiment = await experimentOf(task, 'fisher');
  const row = { rank: 8, alpha: 16, experts: 1 };
  const paths = mask.flatMap((layer) => targets.map((target) => `model.layers.${layer}.${target}`));
  const plan: Plan = { modules: Object.fromEntries(paths.map((name) => [name, row])), shared: [] };
  const run = path.join(work, task, 'run');
  await rm(run, { recursive: true, force: true });
  const options = { run, device: 'auto', version, plan, told: () => undefined } as const;
  const { state } = await trainExperiment(experiment, options, never);
  const losses = state.trials.map(({ evaluations }) =>
    Math.min(...evaluations.flatMap(({ metrics }) => metrics.map(({ loss }) => loss))),
  );
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

/** By layer. */
async function scoresOf(task: Task, estimator: Estimator): Promise<number[]> {
  const experiment = await experimentOf(task, estimator);
  const run = path.join(work, task, `scores-${estimator}`);
  await rm(run, { recursive: true, force: true });
  const options = { run, job: 'score', device: 'auto', version, told: () => undefined } as const;
  await scoreExperiment(experiment, options, never);
  const { scores } = runScoresSchema.parse(JSON.parse(readFileSync(path.join(run, runFiles.scores), 'utf8')));
  const sums = new Array<number>(layers).fill(0);
  // Of the modules that are adapted, where the estimator does not score layers by themselves.
  if (layerEstimators.includes(estimator))
    scores[0]!.layers.forEach(({ layer, score }) => (sums[layer] = score));
  else {
    for (const { path: name, layer, score } of scores[0]!.modules)
      if (targets.some((target) => name.endsWith(target))) sums[layer]! += score;
  }
  return sums;
}

const experimentOf = async (task: Task, estimator: Estimator): Promise<Experiment> =>
  readExperiment(
    await writeSampleTask(
      ...([path.join(work, task), task, estimator, seeds] as const),
      `method: lora
adapter: { targets: [q_proj, v_proj, down_proj], rank: 8, alpha: 16, experts: 4 }
score: { estimator: ${estimator}, samples: 64, max_length: 64 }`,
    ),
  );
