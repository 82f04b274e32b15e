import * as tf from '@tensorflow/tfjs';
import { normal, zeros, type Parameter } from '../../adapters/parameter';
import { makeBatches, type Batch } from '../../models/batches';
import { ClassHead } from '../../models/heads/classHead';
import type { AnySample } from '../../models/samples';
import { seededShuffle } from '../../shared/shuffle';
import type { Transformer } from '../../models/transformer';
import { readNumbers } from '../../tensors/readBack';
import { breathe } from '../scoring/breathe';
import { usualTokens } from '../scoring/memory';
import type { TrainingMemory } from './trainingMemory';
import { AdamW } from './adamW';
import { accuracy, majorityAccuracy, type Answer } from './metrics';
import { Placed } from './placed';
import { learningRateAt, type Schedule } from './schedule';

/** Passes over the samples; more where they are so few that this would be hardly any steps. */
const usualEpochs = 30;
const fewestSteps = 500;
const batchSize = 32;
const schedule: Schedule = { peak: 3e-3, warmupRatio: 0.03, kind: 'cosine' };
/** Share of the samples by which the best epoch is chosen. */
const heldOut = 0.2;

/** What a probe of a head has reached on the samples that were held out. */
export interface ProbeOutcome {
  readonly trainedOn: number;
  readonly heldOut: number;
  readonly accuracy: number;
  /** Of always naming the commonest class. */
  readonly majority: number;
}

/** A new head's parameters as transformers begins them: weights normal with deviation `initializer_range`, biases 0. */
export function freshHead(
  tensors: readonly { readonly name: string; readonly shape: readonly number[] }[],
  initializerRange: unknown,
  seed: number,
): Parameter[] {
  const deviation = typeof initializerRange === 'number' ? initializerRange : 0.02;
  return tensors.map(({ name, shape }) =>
    name.endsWith('.bias') ? zeros(name, shape) : normal(name, shape, deviation, seed),
  );
}

/**
 * Trains a head alone, on hidden states that are computed once with the model as it is; keeps the epoch with the least loss
 * on a fifth of the samples.
 *
 * @param head changed in place
 * @param memory how large batches are, and whether weights are read from disk block by block, batch by batch
 * @throws LabError loss-not-finite, cancelled, and what devices throw
 */
export async function probeHead(
  model: Transformer,
  head: readonly Parameter[],
  samples: readonly AnySample[],
  seed: number,
  { streaming, tokens }: Pick<TrainingMemory, 'streaming' | 'tokens'>,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  if (!(model.head instanceof ClassHead)) throw new Error('Only a head that classifies is probed.');
  await model.head.load();
  const rows = await hiddenRows(
    model,
    model.head,
    samples,
    { streaming, tokens: Math.min(tokens, usualTokens) },
    signal,
  );
  const probe = new Probe(model.head, head, rows, samples.map(labelOf), model.spec.width);
  const order = seededShuffle([...samples.keys()], seed);
  const held = order.slice(0, Math.max(1, Math.round(heldOut * samples.length)));
  const rest = samples.length > 1 ? order.slice(held.length) : held;
  return probe.run(rest, held, seed, signal);
}

const labelOf = (sample: AnySample): number => ('label' in sample ? sample.label : 0);

class Probe {
  private readonly placed = new Placed();
  private readonly optimizer: AdamW;

  constructor(
    private readonly classifier: ClassHead,
    private readonly head: readonly Parameter[],
    private readonly rows: Float32Array,
    private readonly labels: readonly number[],
    private readonly width: number,
  ) {
    this.optimizer = new AdamW(head);
  }

  async run(
    train: readonly number[],
    held: readonly number[],
    seed: number,
    signal: AbortSignal,
  ): Promise<ProbeOutcome> {
    const stepsAnEpoch = Math.ceil(train.length / batchSize);
    const epochs = Math.max(usualEpochs, Math.ceil(fewestSteps / stepsAnEpoch));
    let best = { loss: Infinity, accuracy: 0, values: this.head.map(({ values }) => values.slice()) };
    const answers = (classes: readonly number[]): Answer[] =>
      held.map((member, at) => ({ expected: this.labels[member] ?? 0, predicted: classes[at] ?? -1 }));
    let majority = 0;
    try {
      for (let epoch = 0; epoch < epochs; epoch++) {
        const order = seededShuffle([...train], seed + 1 + epoch);
        for (let at = 0; at < stepsAnEpoch; at++) {
          const members = order.slice(at * batchSize, (at + 1) * batchSize);
          const rate = learningRateAt(epoch * stepsAnEpoch + at, epochs * stepsAnEpoch, schedule);
          await this.step(members, rate);
        }
        const { losses, classes } = await this.judge(held);
        const loss = losses.reduce((sum, one) => sum + one, 0);
        const found = answers(classes);
        majority = majorityAccuracy(found);
        if (loss < best.loss) {
          best = { loss, accuracy: accuracy(found), values: this.head.map(({ values }) => values.slice()) };
        }
        await breathe(signal);
      }
    } finally {
      this.placed.dispose();
    }
    this.head.forEach(({ values }, index) => values.set(best.values[index] ?? values));
    return { trainedOn: train.length, heldOut: held.length, accuracy: best.accuracy, majority };
  }

  private async step(members: readonly number[], rate: number): Promise<void> {
    const { gradient, weightGradients } = await this.with(members, (input) =>
      this.classifier.run(input, { kind: 'empirical' }),
    );
    gradient.dispose();
    const gradients = new Map<string, Float32Array>();
    for (const [name, tensor] of weightGradients ?? []) {
      const mean = (await readNumbers(tensor)).map((value) => value / members.length);
      tensor.dispose();
      gradients.set(name, mean);
    }
    this.optimizer.step(gradients, rate, 0);
  }

  private async judge(members: readonly number[]) {
    const { losses, classes = [] } = await this.with(members, (input) => this.classifier.judge(input));
    return { losses, classes };
  }

  /** Rows of hidden states are samples of one token. */
  private async with<T>(
    members: readonly number[],
    compute: (input: Parameters<ClassHead['run']>[0]) => Promise<T>,
  ): Promise<T> {
    const { width } = this;
    const values = new Float32Array(members.length * width);
    members.forEach((member, at) =>
      values.set(this.rows.subarray(member * width, (member + 1) * width), at * width),
    );
    const none = new Int32Array();
    const batch: Batch = {
      ...{ members, length: 1, lengths: new Int32Array(members.length).fill(1), ids: none },
      labels: Int32Array.from(members, (member) => this.labels[member] ?? 0),
      ...{ positions: none, targets: none, weights: new Float32Array() },
    };
    this.placed.refresh(this.head);
    const trained = new Map(this.head.map(({ name }) => [name, this.placed.tensor(name)]));
    const x = tf.tensor2d(values, [members.length, width]);
    try {
      return await compute({ x, batch, trained });
    } finally {
      x.dispose();
    }
  }
}

/** The hidden states that the head classifies, one behind the other: [samples · width]. */
async function hiddenRows(
  model: Transformer,
  head: ClassHead,
  samples: readonly AnySample[],
  { streaming, tokens }: Pick<TrainingMemory, 'streaming' | 'tokens'>,
  signal: AbortSignal,
): Promise<Float32Array> {
  const { width, lengthBoundary } = model.spec;
  const found = new Float32Array(samples.length * width);
  for (const batch of makeBatches(samples, Infinity, 0, tokens, lengthBoundary)) {
    let x = await model.embed(batch);
    let rows: tf.Tensor2D;
    try {
      for (let layer = 0; layer < model.layers; layer++) {
        await model.loadBlock(layer);
        const input = x;
        x = tf.tidy(() => model.block(layer, input, batch));
        input.dispose();
        if (streaming) model.releaseBlock(layer);
      }
      rows = head.classifiedRows(x, batch);
    } finally {
      x.dispose();
    }
    const values = await readNumbers(rows);
    rows.dispose();
    batch.members.forEach((member, at) =>
      found.set(values.subarray(at * width, (at + 1) * width), member * width),
    );
    await breathe(signal);
  }
  return found;
}
