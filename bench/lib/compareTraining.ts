import path from 'node:path';
import { median } from '../results';
import { makeData } from './makeData';
import { Trainer, type TrainerSettings, type TrainingRun } from './trainers';

const firstSteps = 3;
/** The sides' losses may lie so far apart at most: float32 in another order. */
const tolerance = 1e-4;
/** How both sides train. */
export const training = {
  rank: 8,
  alpha: 16,
  learningRate: 1e-3,
  weightDecay: 0.01,
  maxGradNorm: 1,
  threads: 2,
} as const;

export interface TrainedModel {
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

export type ComparedTraining = Awaited<ReturnType<typeof compareTraining>>;

/**
 * Trains both sides in turn.
 * @param folder for files that are made; the model's among them
 * @param profile folder for a CPU profile of our side
 * @throws Error where the sides do not compute the same, before anything is timed
 */
export async function compareTraining(
  model: TrainedModel,
  folder: string,
  rounds: number,
  profile: string | undefined,
) {
  const { samples, tokens, vocabulary, targets, steps } = model;
  const name = `${model.name}, ${samples} x ${tokens}`;
  const [data, adapter] = [path.join(folder, 'data.jsonl'), path.join(folder, 'adapter.safetensors')];
  await makeData(data, { samples, tokens, vocabulary });
  const settings: TrainerSettings = { ...training, model: await model.open(folder), data, adapter, targets };
  const ours = await Trainer.ours(settings, profile);
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
