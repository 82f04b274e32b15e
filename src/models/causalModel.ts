import type * as tf from '@tensorflow/tfjs';
import type { Module } from '../shared/words';
import type { Batch } from './batches';

/** Called in the backward pass of a linear layer: its inputs and its outputs' gradients, rows of a sample together. */
export type Recorder = (path: string, x: tf.Tensor2D, dy: tf.Tensor2D) => void;

/** A causal language model cut into embedding, blocks and head, so that it never has to be on the device whole. */
export interface CausalModel {
  readonly modules: readonly Module[];
  readonly layers: number;
  /** Longest sample that the positions allow. */
  readonly maxLength: number;
  readonly vocabulary: number;
  /** Size of a hidden state. */
  readonly width: number;
  /** Query heads. */
  readonly heads: number;
  /** @returns hidden states [batch · length, width] */
  embed(batch: Batch): Promise<tf.Tensor2D>;
  /** Makes a block's weights ready for `block`. */
  loadBlock(layer: number): Promise<void>;
  /** Hidden states after a block. With a recorder, the backward pass reports every linear layer to it. */
  block(layer: number, x: tf.Tensor2D, batch: Batch, record?: Recorder): tf.Tensor2D;
  loadHead(): Promise<void>;
  /** Scores of every token as the next one. @param x hidden states [rows, width] @returns [rows, vocabulary] */
  logits(x: tf.Tensor2D): tf.Tensor2D;
  /** @returns the negative log likelihood of each of the batch's targets, [targets] */
  targetLoss(x: tf.Tensor2D, batch: Batch): tf.Tensor1D;
  /** Frees the device's memory. */
  dispose(): void;
}
