import * as tf from '@tensorflow/tfjs';
import type { Batch } from '../../../src/models/batches';
import type { Labels } from '../../../src/models/heads/head';
import { lastHidden } from '../../../src/models/lastHidden';
import type { Transformer } from '../../../src/models/transformer';

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
    const outcome = await model.head.run({ x, batch }, labels);
    batch.members.forEach((member, row) => (losses[member] = outcome.losses[row]!));
    tf.dispose([x, outcome.gradient]);
  }
  return losses;
}
