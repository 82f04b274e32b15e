import * as tf from '@tensorflow/tfjs';
import type { Batch } from '../../models/batches';
import type { Transformer } from '../../models/transformer';
import { trace } from '../../tensors/tape';
import type { BatchRecorder } from './recorder';

/** Hidden states after a block that is loaded. @param x [batch · length, width] */
export const blockForward = (model: Transformer, layer: number, x: tf.Tensor2D, batch: Batch): tf.Tensor2D =>
  tf.tidy(() => model.block(layer, x, batch));

/**
 * Computes a block again and differentiates it.
 * @param x the block's input
 * @param gradient gradient of the summed losses in the block's output; used up
 * @returns the gradient in the block's input
 */
export const blockBackward = (
  model: Transformer,
  layer: number,
  x: tf.Tensor2D,
  gradient: tf.Tensor2D,
  batch: Batch,
  recorder: BatchRecorder,
): tf.Tensor2D => {
  const traced = trace([x], ([input]) => model.block(layer, input as tf.Tensor2D, batch, recorder.record));
  try {
    return traced.pullback(gradient)[0] as tf.Tensor2D;
  } finally {
    traced.dispose();
  }
};
