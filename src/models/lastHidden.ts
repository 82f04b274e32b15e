import * as tf from '@tensorflow/tfjs';
import type { Batch } from './batches';
import type { Transformer } from './transformer';

/**
 * What a batch is when it leaves the last block: [rows, width], a row for each token. Blocks are loaded one by one and
 * stay. The caller frees the result.
 */
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
