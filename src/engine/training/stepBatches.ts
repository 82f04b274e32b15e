import { makeBatches, type Batch } from '../../models/batches';
import type { AnySample } from '../../models/samples';
import { mixtureOrder } from '../../models/mixture';
import type { TrainingBatch } from './trainingPass';

/** How many samples each task has, and how often they come against those of weight 1. */
export type Mixture = readonly { readonly size: number; readonly weight: number }[];

/** Which samples a step computes: a function of seed and step alone, so that a run that goes on finds the same. */
export class TrainingOrder {
  readonly stepsAnEpoch: number;
  readonly steps: number;
  private epoch = -1;
  private order: readonly number[] = [];

  /**
   * @param mixture the tasks, whose samples lie together; with equal weights an epoch has every sample once
   * @param batchSize samples a step; the last one of an epoch has what is left
   * @param epochs passes over the samples; a part of one where it is not whole
   */
  constructor(
    private readonly mixture: Mixture,
    private readonly batchSize: number,
    epochs: number,
    private readonly seed: number,
  ) {
    const samples = mixture.reduce((sum, { size }) => sum + size, 0);
    this.stepsAnEpoch = Math.ceil(samples / batchSize);
    this.steps = Math.max(1, Math.ceil(epochs * this.stepsAnEpoch));
  }

  /** @param step counted from 0 @returns indices of samples */
  members(step: number): readonly number[] {
    const epoch = Math.floor(step / this.stepsAnEpoch);
    if (epoch !== this.epoch) {
      const sizes = this.mixture.map(({ size }) => size);
      const weights = this.mixture.map(({ weight }) => weight);
      const firsts = sizes.map((_, task) => sizes.slice(0, task).reduce((sum, size) => sum + size, 0));
      this.order = mixtureOrder(sizes, weights, this.seed, epoch).map(
        ({ task, index }) => (firsts[task] ?? 0) + index,
      );
      this.epoch = epoch;
    }
    const first = (step % this.stepsAnEpoch) * this.batchSize;
    return this.order.slice(first, first + this.batchSize);
  }
}

export const stepsBetweenEvaluations = (stepsAnEpoch: number, evaluationsAnEpoch: number): number =>
  Math.max(1, Math.round(stepsAnEpoch / evaluationsAnEpoch));

/**
 * A step's samples as batches that fit the device. The step's loss is the mean over all of its targets (tokens; samples
 * where a head classifies), however it is cut: as in transformers' Trainer.
 * @param tokens positions with padding of a batch at most
 */
export function stepBatches(
  samples: readonly AnySample[],
  members: readonly number[],
  {
    tokens,
    boundary,
    seed,
  }: { readonly tokens: number; readonly boundary?: number | undefined; readonly seed: number },
): TrainingBatch[] {
  const chosen = members.flatMap((member) => samples[member] ?? []);
  const batches = makeBatches(chosen, Infinity, 0, tokens, boundary);
  const targets = batches.reduce((sum, { positions }) => sum + positions.length, 0);
  const all = batches.reduce((sum, batch) => sum + tokensOf(batch), 0);
  return batches.map((batch, index) => ({
    batch: {
      ...batch,
      // Messages name samples by their place in the data.
      members: batch.members.map((member) => members[member] ?? 0),
      weights: new Float32Array(batch.positions.length).fill(1 / targets),
    },
    scale: batch.labels === undefined ? 1 : 1 / chosen.length,
    share: tokensOf(batch) / all,
    // Apart by more than a step has batches: the next step's must not draw the same.
    seed: Math.imul(seed, 65_537) + index,
  }));
}

/** Real tokens of a batch. */
export const tokensOf = ({ lengths }: Batch): number => lengths.reduce((sum, length) => sum + length, 0);
