import type * as tf from '@tensorflow/tfjs';
import { LabError } from '../../shared/errors';
import type { Batch } from '../batches';

/** Whose labels the loss is of. */
export type Labels =
  | { readonly kind: 'empirical' }
  /** Drawn from the model's own distribution, the same ones for a sample however it is batched. */
  | { readonly kind: 'true'; readonly seed: number };

/** What a head gives for one batch. */
export interface HeadOutcome {
  /** Mean loss of each member over its own targets, summed in float64. */
  readonly losses: readonly number[];
  /** Gradient of the sum of the members' losses in the hidden states: [batch · length, width]. */
  readonly gradient: tf.Tensor2D;
  /** The same in the weights that are trained; absent where none are. The caller frees them. */
  readonly weightGradients?: ReadonlyMap<string, tf.Tensor>;
}

/** What a head says of one batch without a gradient. */
export interface HeadVerdict {
  /** Mean loss of each member over its own targets, as the batch weighs them; in float64. */
  readonly losses: readonly number[];
  /** Whether each member's targets all are what the model finds likeliest: its greedy continuation is the text itself. */
  readonly exact: readonly boolean[];
  /** Class of each member by the head; absent where next tokens are predicted. */
  readonly classes?: readonly number[];
}

/** Weights of a head that are trained, by the names of their tensors: they stand in for those of the file. */
export type TrainedWeights = ReadonlyMap<string, tf.Tensor>;

/** One batch's last hidden states. @property x [batch · length, width]; stays the caller's */
export interface HeadInput {
  readonly x: tf.Tensor2D;
  readonly batch: Batch;
  /** Only for heads that classify. */
  readonly trained?: TrainedWeights | undefined;
}

/** The part of a model behind its blocks, with the loss. */
export interface Head {
  /** Puts all its weights onto the device, for `run`. */
  load(): Promise<void>;
  /** @throws LabError loss-not-finite */
  run(input: HeadInput, labels: Labels): Promise<HeadOutcome>;
  /** Losses and predictions alone. @throws LabError loss-not-finite */
  judge(input: HeadInput): Promise<HeadVerdict>;
  /** `run` for many batches with the weights read piece by piece, each piece once or twice for all of them. */
  runStreamed(inputs: readonly HeadInput[], labels: Labels): Promise<HeadOutcome[]>;
  dispose(): void;
}

/** @throws LabError loss-not-finite naming the sample */
export function requireFiniteLosses(batch: Batch, losses: readonly number[]): void {
  const bad = losses.findIndex((loss) => !Number.isFinite(loss));
  if (bad < 0) return;
  throw new LabError(
    'loss-not-finite',
    `The loss of sample ${batch.members[bad]} is ${losses[bad]}.`,
    'Check the sample, or whether the checkpoint overflows in float32.',
  );
}

/** One outcome an input; where one fails, the gradients of those before it are freed. */
export async function outcomesOf<T>(
  inputs: readonly T[],
  run: (input: T) => Promise<HeadOutcome> | HeadOutcome,
): Promise<HeadOutcome[]> {
  const outcomes: HeadOutcome[] = [];
  try {
    for (const input of inputs) outcomes.push(await run(input));
    return outcomes;
  } catch (error) {
    for (const { gradient } of outcomes) gradient.dispose();
    throw error;
  }
}
