import * as tf from '@tensorflow/tfjs';
import { blockBackward, blockForward } from '../../src/engine/scoring/blockPass';
import { MeanGradients, type WholeGradientScores } from '../../src/engine/scoring/meanGradients';
import { BatchRecorder } from '../../src/engine/scoring/recorder';
import { loadWhole, scoreOnTape } from '../../src/engine/scoring/tapePass';
import type { Batch } from '../../src/models/batches';
import type { ClassHead } from '../../src/models/heads/classHead';
import type { Labels } from '../../src/models/heads/head';
import { LanguageHead } from '../../src/models/heads/languageHead';
import type { Transformer } from '../../src/models/transformer';
import { readNumbers } from '../../src/tensors/readBack';

const labels: Labels = { kind: 'empirical' };

/** What all batches of a fixture give, by sample and by module path. */
export interface Scores {
  readonly losses: number[];
  /** path -> [sample] */
  readonly norms: Map<string, number[]>;
  readonly whole: Map<string, WholeGradientScores>;
}

const noScores = (): Scores => ({ losses: [], norms: new Map(), whole: new Map() });

/** The whole model on one tape, batch after batch. */
export async function onTape(model: Transformer, batches: readonly Batch[]): Promise<Scores> {
  const scores = noScores();
  const means = new MeanGradients(model.folder.family.shape);
  await loadWhole(model);
  for (const batch of batches) {
    const recorder = new BatchRecorder(batch.members.length, means);
    keepLosses(scores, batch, await scoreOnTape(model, batch, labels, recorder));
    await keepNorms(scores, batch, recorder);
    recorder.dispose();
  }
  for (const module of model.modules) {
    scores.whole.set(module.path, await means.take(module, model.weight(module), scores.losses.length));
  }
  means.dispose();
  return scores;
}

/** Hidden states of every batch at every block's input and behind the last: [block][batch]. */
export type Hidden = readonly (readonly tf.Tensor2D[])[];

/** One block on the device at a time, all batches through it; the caller frees what comes back. */
export async function forward(model: Transformer, batches: readonly Batch[]): Promise<Hidden> {
  const hidden: tf.Tensor2D[][] = [[]];
  for (const batch of batches) hidden[0]!.push(await model.embed(batch));
  for (let layer = 0; layer < model.layers; layer++) {
    await model.loadBlock(layer);
    model.readAhead(layer + 1);
    hidden.push(batches.map((batch, i) => blockForward(model, layer, hidden[layer]![i]!, batch)));
    model.releaseBlock(layer);
  }
  return hidden;
}

/** The same scores block by block, from those hidden states. */
export async function streamed(
  model: Transformer,
  batches: readonly Batch[],
  hidden: Hidden,
): Promise<Scores> {
  const scores = noScores();
  const means = new MeanGradients(model.folder.family.shape);
  const inputs = batches.map((batch, i) => ({ x: hidden[model.layers]![i]!, batch }));
  const outcomes = await model.head.runStreamed(inputs, labels);
  const gradients = outcomes.map(({ gradient }) => gradient);
  outcomes.forEach(({ losses }, i) => keepLosses(scores, batches[i]!, losses));
  for (let layer = model.layers - 1; layer >= 0; layer--) {
    await model.loadBlock(layer);
    model.readAhead(layer - 1);
    for (const [i, batch] of batches.entries()) {
      const recorder = new BatchRecorder(batch.members.length, means);
      gradients[i] = blockBackward(model, layer, hidden[layer]![i]!, gradients[i]!, batch, recorder);
      await keepNorms(scores, batch, recorder);
      recorder.dispose();
    }
    for (const module of model.modules.filter((candidate) => candidate.layer === layer)) {
      scores.whole.set(module.path, await means.take(module, model.weight(module), scores.losses.length));
    }
    model.releaseBlock(layer);
  }
  tf.dispose(gradients);
  return scores;
}

/** What the head makes of each sample's last hidden states: a row for each token, or the one of its classes. */
export async function logitsOf(
  model: Transformer,
  batches: readonly Batch[],
  last: readonly tf.Tensor2D[],
): Promise<number[][][]> {
  const found: number[][][] = [];
  await model.head.load();
  for (const [i, batch] of batches.entries()) {
    const { head } = model;
    const x = last[i]!;
    const logits = head instanceof LanguageHead ? head.logits(x) : (head as ClassHead).classes(x, batch);
    const values = await readNumbers(logits);
    const [count, columns] = logits.shape;
    logits.dispose();
    const rows = Array.from({ length: count }, (_, row) => [
      ...values.subarray(row * columns, (row + 1) * columns),
    ]);
    const own = head instanceof LanguageHead ? batch.length : 1;
    batch.members.forEach((sample, row) => {
      const real = head instanceof LanguageHead ? batch.lengths[row]! : 1;
      found[sample] = rows.slice(row * own, row * own + real);
    });
  }
  return found;
}

function keepLosses(scores: Scores, batch: Batch, losses: readonly number[]): void {
  batch.members.forEach((sample, row) => (scores.losses[sample] = losses[row]!));
}

async function keepNorms(scores: Scores, batch: Batch, recorder: BatchRecorder): Promise<void> {
  for (const [path, norms] of await recorder.squaredNorms()) {
    const all = scores.norms.get(path) ?? [];
    batch.members.forEach((sample, row) => (all[sample] = norms[row]!));
    scores.norms.set(path, all);
  }
}
