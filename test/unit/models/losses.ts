import * as tf from '@tensorflow/tfjs';
import type { Batch } from '../../../src/models/batches';
import type { Labels } from '../../../src/models/heads/head';
import type { Transformer } from '../../../src/models/transformer';

/** Last hidden states of a batch; blocks are loaded and stay. The caller frees them. */
export async function lastHidden(model: Transformer, batch: Batch): Promise<tf.Tensor2D> {
  let x = await model.embed(batch);
  for (let layer = 0; layer < model.layers; layer++) {
    await model.loadBlock(layer);
    const input = x;
    x = tf.tidy(() => model.block(layer, input, batch));
    input.dispose();
  }
  return x;
}

/** Mean loss of each sample over its own targets, by its index in the data. */
export async function lossesOf(
  model: Transformer,
  batches: readonly Batch[],
  labels: Labels = { kind: 'empirical' },
): Promise<number[]> {
  const losses: number[] = [];
  await model.head.load();
  for (const batch of batches) {
    const x = await lastHidden(model, batch);
    const outcome = model.head.run({ x, batch }, labels);
    batch.members.forEach((member, row) => (losses[member] = outcome.losses[row]!));
    tf.dispose([x, outcome.gradient]);
  }
  return losses;
}
