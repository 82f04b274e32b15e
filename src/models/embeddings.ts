import * as tf from '@tensorflow/tfjs';
import { primitives } from '../tensors/primitives/current';
import { tensorFrom } from '../tensors/upload';
import type { Batch } from './batches';
import { normShapes, normWeights } from './normTensors';
import type { ModelSpec, PatchEmbedding, TokenEmbedding } from './spec';
import type { WeightReader } from './weights';

/** Hidden states before the first block: [batch · length, width]. Tables stay in JavaScript's memory or on disk. */
export function embedBatch(spec: ModelSpec, reader: WeightReader, batch: Batch): Promise<tf.Tensor2D> {
  const { embedding } = spec;
  return embedding.kind === 'tokens'
    ? embedTokens(spec, embedding, reader, batch)
    : embedPatches(spec, embedding, reader, batch);
}

async function embedTokens(
  { vocabulary, width }: ModelSpec,
  embedding: TokenEmbedding,
  reader: WeightReader,
  { ids, segments, length }: Batch,
): Promise<tf.Tensor2D> {
  const { table, tableWidth, scale, project, positions, segments: kinds, norm } = embedding;
  const values = await reader.rows(table, [vocabulary, tableWidth], ids);
  if (scale !== undefined) for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) * scale;
  const added: Float32Array[] = [];
  if (positions !== undefined) {
    const rows = Int32Array.from(ids, (_, i) => (i % length) + positions.offset);
    added.push(await reader.rows(positions.table, [positions.rows, width], rows));
  }
  if (kinds !== undefined) {
    const rows = segments ?? new Int32Array(ids.length);
    added.push(await reader.rows(kinds.table, [kinds.rows, width], rows));
  }
  const projection =
    project === undefined ? undefined : (await reader.load({ [project]: [width, tableWidth] }))[project];
  const normTensors = norm === undefined ? {} : await reader.load(normShapes(norm));
  const embedded = tf.tidy(() => {
    let x = tensorFrom([ids.length, tableWidth], (target) => target.set(values)) as tf.Tensor2D;
    if (projection !== undefined) x = tf.matMul(x, projection, false, true) as tf.Tensor2D;
    for (const part of added) {
      x = primitives().addInto(
        x,
        tensorFrom(x.shape, (target) => target.set(part)),
      ) as tf.Tensor2D;
    }
    return norm === undefined ? x : primitives().norm(x, normWeights(norm, normTensors), norm.form).value;
  });
  tf.dispose([...Object.values(normTensors), ...(projection === undefined ? [] : [projection])]);
  return embedded;
}

/** Patches row by row, each flattened as channel, row, column; the class token stands first. */
async function embedPatches(
  { width, maxLength }: ModelSpec,
  { imageSize, patchSize, channels, projection, classToken, positions }: PatchEmbedding,
  reader: WeightReader,
  { pixels = new Float32Array(), members }: Batch,
): Promise<tf.Tensor2D> {
  const side = imageSize / patchSize;
  const size = channels * patchSize * patchSize;
  const batch = members.length;
  const weights = await reader.load({
    [`${projection}.weight`]: [width, channels, patchSize, patchSize],
    ...(reader.has(`${projection}.bias`) ? { [`${projection}.bias`]: [width] } : {}),
    [classToken]: [1, 1, width],
    [positions]: [1, maxLength, width],
  });
  const embedded = tf.tidy(() => {
    const images = tf.tensor(pixels, [batch, channels, side, patchSize, side, patchSize]);
    const patches = tf.reshape(tf.transpose(images, [0, 2, 4, 1, 3, 5]), [-1, size]) as tf.Tensor2D;
    const kernel = tf.reshape(weights[`${projection}.weight`] as tf.Tensor, [width, size]) as tf.Tensor2D;
    const bias = weights[`${projection}.bias`];
    const product = tf.matMul(patches, kernel, false, true);
    const tokens = tf.reshape(bias === undefined ? product : tf.add(product, bias), [batch, -1, width]);
    const first = tf.tile(weights[classToken] as tf.Tensor3D, [batch, 1, 1]);
    const all = tf.add(tf.concat([first, tokens], 1), weights[positions] as tf.Tensor);
    return tf.reshape(all, [-1, width]) as tf.Tensor2D;
  });
  tf.dispose(weights);
  return embedded;
}
