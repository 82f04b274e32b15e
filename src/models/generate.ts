import * as tf from '@tensorflow/tfjs';
import { largestOf } from '../shared/largestOf';
import { makeBatches } from './batches';
import { LanguageHead } from './heads/languageHead';
import { readNumbers } from '../tensors/readBack';
import { lastHidden } from './lastHidden';
import type { Transformer } from './transformer';

/**
 * Continues a text token by token, the likeliest token each time. The whole text is computed again for each token, which
 * is what a small model and a few tokens cost least code for.
 *
 * @param ids at least one token
 * @param count tokens to add, fewer where the model's positions end
 * @returns the added tokens; ends before `stop`
 */
export async function generate(
  model: Transformer,
  ids: readonly number[],
  count: number,
  stop?: number,
): Promise<number[]> {
  const text = [...ids];
  const { head } = model;
  if (!(head instanceof LanguageHead)) throw new Error('A model that classifies continues no text.');
  await head.load();
  while (text.length < ids.length + count && text.length < model.spec.maxLength - 1) {
    // A batch wants something to predict; the token appended for that is never looked at.
    const [batch] = makeBatches([{ ids: [...text, 0], targets: [...text, 0] }], 1, 0);
    if (batch === undefined) break;
    const x = await lastHidden(model, batch);
    const last = text.length - 1;
    const logits = tf.tidy(() => head.logits(tf.slice(x, [last, 0], [1, -1]) as tf.Tensor2D));
    x.dispose();
    const values = await readNumbers(logits);
    logits.dispose();
    const next = values.indexOf(largestOf(values));
    if (next === stop) break;
    text.push(next);
  }
  return text.slice(ids.length);
}
