import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { makeData } from './lib/makeData';
import { makeModel } from './lib/makeModel';
import { gpt2Small } from './lib/modelShapes';
import { Trainer, type TrainerSettings, type TrainingRun } from './lib/trainers';
import { describeMachine, median, writeResult } from './results';

const command = 'npm run bench -- training';
const usualRounds = 5;
const firstSteps = 3;
/** The sides' losses may lie so far apart at most: float32 in another order. */
const tolerance = 1e-4;
const training = {
  ...{ rank: 8, alpha: 16, learningRate: 1e-3, weightDecay: 0.01, maxGradNorm: 1, threads: 2 },
} as const;

interface TrainedModel {
  readonly name: string;
  readonly samples: number;
  /** Of each sample. */
  readonly tokens: number;
  readonly vocabulary: number;
  readonly targets: readonly string[];
  /** Steps in a round, so that it takes seconds. */
  readonly steps: number;
  /** @param folder where it may be made @returns the model's folder */
  readonly open: (folder: string) => Promise<string>;
}

const models: Readonly<Record<string, TrainedModel>> = {
  sample: {
    ...{ name: 'sample model', samples: 8, tokens: 64, vocabulary: 2048, steps: 20 },
    targets: ['q_proj', 'v_proj', 'down_proj'],
    open: async () => path.resolve(__dirname, '../media/sample/model'),
  },
  gpt2: {
    ...{ name: 'GPT-2 small', samples: 8, tokens: 128, vocabulary: gpt2Small.vocabulary, steps: 2 },
    targets: ['attn.c_attn', 'mlp.c_proj'],
    open: async (folder) => (await makeModel(path.join(folder, 'gpt2'), gpt2Small, { dtype: 'F32' })).folder,
  },
};

/**
 * LoRA training steps (forward, backward, clipping, AdamW) against PyTorch eager on the same cores, in turn: the engine's own
 * pass and optimizer against plain-torch blocks (bench/torch) with adapters as PEFT's. The same weights, batch of random
 * tokens and first adapter: rank 8, alpha 16, on q, v and down of the sample model, on c_attn and mlp.c_proj of GPT-2 small
 * with random weights. Two threads a side; medians over rounds after a warm-up. Peak memory is of each side's process, since
 * its model was loaded. Refuses to report where the losses of the first three steps differ by more than 1e-4.
 *
 *     npm run bench -- training [--rounds N] [--models sample,gpt2]
 *
 * Needs Debian's python3-torch and libopenblas0-pthread. A run of fewer rounds or models writes nothing.
 */
export async function benchTraining(options: readonly string[]): Promise<void> {
  const known = { rounds: { type: 'string' }, models: { type: 'string' } } as const;
  const { values } = parseArgs({ args: [...options], options: known });
  const rounds = Number(values.rounds ?? usualRounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds ${values.rounds}: a whole number from 1.`);
  const chosen = values.models?.split(',') ?? Object.keys(models);
  const results: Compared[] = [];
  const folder = await mkdtemp(path.join(tmpdir(), 'adapter-lab-bench-'));
  try {
    for (const key of chosen) {
      const model = models[key];
      if (model === undefined)
        throw new Error(`training has no model '${key}'; there are ${Object.keys(models).join(', ')}.`);
      results.push(await compare(model, folder, rounds));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  const table = <T>(of: (one: Compared) => T): Record<string, T> =>
    Object.fromEntries(results.map((one) => [one.name, of(one)]));
  const tables = {
    tokensPerSecond: table(({ tokensPerSecond }) => tokensPerSecond),
    peakMiB: table(({ peakMiB }) => peakMiB),
  };
  for (const [title, rows] of Object.entries(tables)) {
    console.log(title);
    console.table(rows);
  }
  const about = { command, machine: describeMachine(), pytorch: results[0]?.pytorch, rounds, ...training };
  const figures = { ...about, ...tables, details: table(({ details }) => details) };
  if (rounds >= usualRounds && Object.keys(models).every((key) => chosen.includes(key)))
    return writeResult('training', figures);
  console.log(JSON.stringify(figures, null, 2));
  console.log(`training: a smaller run than \`${command}\`, so nothing was written.`);
}

type Compared = Awaited<ReturnType<typeof compare>>;

/** @throws Error where the sides do not compute the same */
async function compare(model: TrainedModel, folder: string, rounds: number) {
  const { samples, tokens, vocabulary, targets, steps } = model;
  const name = `${model.name}, ${samples} x ${tokens}`;
  const [data, adapter] = [path.join(folder, 'data.jsonl'), path.join(folder, 'adapter.safetensors')];
  await makeData(data, { samples, tokens, vocabulary });
  const settings: TrainerSettings = { ...training, model: await model.open(folder), data, adapter, targets };
  const ours = await Trainer.ours(settings);
  try {
    const pytorch = await Trainer.torch(settings);
    try {
      const first = agreed(name, await ours.run(firstSteps), await pytorch.run(firstSteps));
      const [mine, theirs]: [TrainingRun[], TrainingRun[]] = [[], []];
      for (let round = 0; round <= rounds; round++) {
        mine.push(await ours.run(steps));
        theirs.push(await pytorch.run(steps));
      }
      const sides = { ours: sideOf(mine, samples * tokens), pytorch: sideOf(theirs, samples * tokens) };
      const speeds = { ours: sides.ours.tokensPerSecond, pytorch: sides.pytorch.tokensPerSecond };
      return {
        name,
        pytorch: pytorch.about,
        tokensPerSecond: { ...speeds, oursToPytorch: Number((speeds.ours / speeds.pytorch).toFixed(2)) },
        peakMiB: { ours: sides.ours.peakMiB, pytorch: sides.pytorch.peakMiB },
        details: { ...ours.about, first, stepsARound: steps, ...details(sides) },
      };
    } finally {
      await pytorch.stop();
    }
  } finally {
    await ours.stop();
  }
}

/** How far the losses of the first steps lie apart. @throws Error where that is too far, or nothing was learned */
function agreed(name: string, { losses }: TrainingRun, { losses: theirs }: TrainingRun) {
  const apart = losses.map((loss, step) => Math.abs(loss / theirs[step]! - 1));
  const worst = Math.max(...apart);
  console.log(
    `${name}: the losses of ${firstSteps} steps (${losses.map((one) => one.toFixed(5)).join(', ')})`,
  );
  console.log(`differ by ${worst.toExponential(1)} of a loss at worst.`);
  if (!(worst <= tolerance))
    throw new Error(`${name}: PyTorch's losses are ${theirs.join(', ')}; more than ${tolerance} apart.`);
  // Losses that stay where they were would agree whatever the gradients are.
  const moved = Math.abs(losses.at(-1)! / losses[0]! - 1);
  if (!(moved > 10 * tolerance))
    throw new Error(`${name}: ${firstSteps} steps changed the loss by ${moved} only.`);
  return { losses, largestRelativeDifference: Number(worst.toPrecision(2)) };
}

/** Figures of one side over its rounds; the first is a warm-up. */
function sideOf(runs: readonly TrainingRun[], tokens: number) {
  const counted = runs.slice(1);
  const means = counted.map(({ seconds }) => seconds.reduce((sum, one) => sum + one, 0) / seconds.length);
  const cores = counted.map(({ cpuSeconds, seconds }, i) => cpuSeconds / (means[i]! * seconds.length));
  return {
    tokensPerSecond: Number((tokens / median(means)).toPrecision(4)),
    peakMiB: Math.round(Math.max(...runs.map(({ peakRssBytes }) => peakRssBytes)) / 2 ** 20),
    secondsAStep: means.map((one) => Number(one.toPrecision(4))),
    /** Processor time in seconds a second. */
    cores: Number(median(cores).toFixed(2)),
  };
}

const details = ({ ours, pytorch }: Record<'ours' | 'pytorch', ReturnType<typeof sideOf>>) => ({
  secondsAStep: { ours: ours.secondsAStep, pytorch: pytorch.secondsAStep },
  coresUsed: { ours: ours.cores, pytorch: pytorch.cores },
});
