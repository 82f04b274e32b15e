import * as tf from '@tensorflow/tfjs';
import type { Batch } from '../../models/batches';
import type { Labels } from '../../models/heads/head';
import type { Transformer } from '../../models/transformer';
import { trace } from '../../tensors/tape';
import type { BatchRecorder } from './recorder';

/** Puts the whole model onto the device, for `scoreOnTape`. */
export async function loadWhole(model: Transformer): Promise<void> {
  for (let layer = 0; layer < model.layers; layer++) {
    await model.loadBlock(layer);
    model.readAhead(layer + 1);
  }
  await model.head.load();
}

/**
 * Scores one batch with the whole model on one tape: forward once, backward once, every block's activations kept between.
 * @returns mean loss of each member over its own targets
 * @throws LabError loss-not-finite, out-of-memory
 */
export async function scoreOnTape(
  model: Transformer,
  batch: Batch,
  labels: Labels,
  recorder: BatchRecorder,
): Promise<readonly number[]> {
  const embedded = await model.embed(batch);
  try {
    const blocks = trace([embedded], ([input]) => {
      let x = input as tf.Tensor2D;
      for (let layer = 0; layer < model.layers; layer++) {
        // A scope a block: what its gradient does not need goes at once.
        x = tf.tidy(() => model.block(layer, x, batch, recorder.record));
      }
      return x;
    });
    try {
      const { losses, gradient } = await model.head.run({ x: blocks.value as tf.Tensor2D, batch }, labels);
      tf.dispose(blocks.pullback(gradient));
      return losses;
    } finally {
      blocks.dispose();
    }
  } finally {
    embedded.dispose();
  }
}
