import * as tf from '@tensorflow/tfjs';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { writeSafetensors } from '../../src/files/safetensorsWrite';
import type { ModelFolder } from '../../src/files/modelFolder';
import { transformerBlock, type BlockParts } from '../../src/models/block';
import { llama } from '../../src/models/families/llama';
import { rotaryTables } from '../../src/models/rotary';
import { openDevice } from '../../src/tensors/device';
import type { RotaryTables } from '../../src/tensors/primitives/primitives';
import { AdamW } from './adamw';
import { loadCheckpoint, saveCheckpoint, toTensor } from './checkpoint';
import { sampleConfig, sampleTensors } from './model-shape';
import { paths } from './paths';
import { rmsNorm, tokenLoss } from './train-ops';

/**
 * Trains the sample model from scratch with all weights: the sixth and last step of `npm run sample`. Checkpointed every
 * 100 steps: run it again after an interruption. Progress lines go to .cache/train.log.
 */
const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '2200' },
    batch: { type: 'string', default: '12' },
    threads: { type: 'string', default: '1' },
    rate: { type: 'string', default: '0.003' },
    fresh: { type: 'boolean', default: false },
  },
});
const steps = Number(values.steps);
const batch = Number(values.batch);
const peakRate = Number(values.rate);
const length = sampleConfig.max_position_embeddings;
const layers = sampleConfig.num_hidden_layers;
/** The model's shape as the engine reads it from a folder; there is none before it is trained. */
const spec = llama({
  dir: 'the sample',
  settings: sampleConfig,
  layers,
  root: 'model.',
  architecture: sampleConfig.architectures[0]!,
  tensors: new Map(),
} as unknown as ModelFolder);
const epsilon = sampleConfig.rms_norm_eps;
const tokensOf = (name: string): Uint16Array => {
  const bytes = readFileSync(path.join(paths.cache, name));
  return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
};

function newWeights(): Map<string, tf.Variable> {
  const residual = sampleConfig.initializer_range / Math.sqrt(2 * layers);
  return new Map(
    sampleTensors().map(([name, shape], index) => {
      const deviation = /(o_proj|down_proj)/.test(name) ? residual : sampleConfig.initializer_range;
      const value =
        shape.length === 1 ? tf.ones(shape) : tf.randomNormal(shape, 0, deviation, 'float32', index + 1);
      return [name, tf.variable(value, true, name)];
    }),
  );
}

/** Loss of each position: [batch · length]. */
function lossOf(
  weights: ReadonlyMap<string, tf.Variable>,
  rows: Int32Array,
  count: number,
  rotary: RotaryTables,
) {
  const ids: number[] = [];
  const labels: number[] = [];
  for (let row = 0; row < count; row++) {
    const from = row * (length + 1);
    ids.push(...rows.subarray(from, from + length));
    labels.push(...rows.subarray(from + 1, from + length + 1));
  }
  const embedding = weights.get('model.embed_tokens.weight') as unknown as tf.Tensor2D;
  let x = tf.gather(embedding, tf.tensor1d(ids, 'int32'));
  for (let layer = 0; layer < layers; layer++) {
    const prefix = `model.layers.${layer}.`;
    const block = Object.fromEntries(
      [...weights]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, w]) => [name.slice(prefix.length), w]),
    );
    const parts: BlockParts = {
      linear: (input, { name }) => tf.matMul(input, block[`${name}.weight`] as tf.Tensor2D, false, true),
      norm: (input, { name }) => rmsNorm(input, block[`${name}.weight`] as unknown as tf.Tensor1D, epsilon),
      rotary: () => rotary,
    };
    const shape = { batch: count, length, lengths: new Int32Array(count).fill(length), bottom: false };
    x = transformerBlock(spec.block(layer), x, shape, parts);
  }
  const normed = rmsNorm(x, weights.get('model.norm.weight') as unknown as tf.Tensor1D, epsilon);
  return tokenLoss(tf.matMul(normed, embedding, false, true), tf.tensor1d(labels, 'int32'));
}

/** `count` windows of length + 1 tokens from the stream, at the given starts. */
function windows(stream: Uint16Array, starts: readonly number[]): Int32Array {
  const rows = new Int32Array(starts.length * (length + 1));
  starts.forEach((start, row) => rows.set(stream.subarray(start, start + length + 1), row * (length + 1)));
  return rows;
}

function evaluate(
  weights: ReadonlyMap<string, tf.Variable>,
  stream: Uint16Array,
  rotary: RotaryTables,
  limit = Infinity,
) {
  let total = 0;
  let count = 0;
  for (let start = 0; start + length + 1 <= stream.length && count < limit; start += length * batch) {
    const starts = Array.from({ length: batch }, (_, i) => start + i * length).filter(
      (s) => s + length + 1 <= stream.length,
    );
    const losses = tf.tidy(() => {
      return lossOf(weights, windows(stream, starts), starts.length, rotary).dataSync();
    });
    for (const loss of losses) total += loss;
    count += losses.length;
  }
  return { loss: total / count, tokens: count };
}

/** Warm-up over 100 steps, then a cosine to a tenth. */
const rateAt = (step: number): number =>
  step < 100
    ? (peakRate * (step + 1)) / 100
    : peakRate * (0.1 + 0.45 * (1 + Math.cos((Math.PI * (step - 100)) / (steps - 100))));

/** Windows of one epoch in an order that depends on the epoch alone, so that a resumed run sees the same data. */
function startsAt(stream: Uint16Array, step: number): number[] {
  const perEpoch = Math.floor((stream.length - length - 1) / length);
  return Array.from({ length: batch }, (_, i) => {
    const index = step * batch + i;
    const epoch = Math.floor(index / perEpoch);
    // A multiplier coprime to the count permutes the windows without storing an order.
    const slot = ((index % perEpoch) * coprime(perEpoch, 7919 + 2 * epoch)) % perEpoch;
    return Math.min(slot * length + ((epoch * 97) % length), stream.length - length - 1);
  });
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
const coprime = (n: number, from: number): number => (gcd(n, from) === 1 ? from : coprime(n, from + 1));

async function main(): Promise<void> {
  await openDevice('native', Number(values.threads));
  const train = tokensOf('train.u16');
  const validation = tokensOf('validation.u16');
  const rotary = rotaryTables(spec.block(0).attention.rotary!, length);
  const weights = newWeights();
  const optimizer = new AdamW(weights, { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, clip: 1 });
  const groups = { weights, first: optimizer.first, second: optimizer.second };
  const checkpoint = path.join(paths.cache, 'checkpoint.safetensors');
  const done = values.fresh && existsSync(checkpoint) ? 0 : await loadCheckpoint(checkpoint, groups);
  optimizer.step = done;
  const started = performance.now();
  for (let step = done; step < steps; step++) {
    const rows = windows(train, startsAt(train, step));
    const { value, grads } = tf.variableGrads(
      () => tf.mean(lossOf(weights, rows, batch, rotary)) as tf.Scalar,
      [...weights.values()],
    );
    const norm = optimizer.apply(new Map(Object.entries(grads)), rateAt(step));
    const loss = value.dataSync()[0]!;
    tf.dispose([value, grads]);
    if (step % 20 === 0 || step === steps - 1) {
      const perStep = (performance.now() - started) / 1000 / (step - done + 1);
      const memory = (process.memoryUsage().rss / 1e6).toFixed(0);
      const line = `step ${step} loss ${loss.toFixed(4)} norm ${norm.toFixed(2)} ${perStep.toFixed(2)} s/step ${memory} MB`;
      console.log(line);
    }
    if ((step + 1) % 100 === 0) await saveCheckpoint(checkpoint, step + 1, groups);
    if ((step + 1) % 500 === 0) {
      console.log(
        `step ${step + 1} validation ${evaluate(weights, validation, rotary, 30_000).loss.toFixed(4)}`,
      );
    }
  }
  await exportModel(weights, validation, rotary);
}

async function exportModel(weights: Map<string, tf.Variable>, validation: Uint16Array, rotary: RotaryTables) {
  mkdirSync(paths.model, { recursive: true });
  const file = path.join(paths.model, 'model.safetensors');
  await writeSafetensors(
    file,
    [...weights].map(([name, w]) => toTensor(name, w, 'BF16')),
    { format: 'pt' },
  );
  writeFileSync(path.join(paths.model, 'config.json'), JSON.stringify(sampleConfig, null, 2) + '\n');
  const { loss, tokens } = evaluate(weights, validation, rotary);
  const corpus = JSON.parse(readFileSync(path.join(paths.cache, 'corpus.json'), 'utf8')) as {
    train: { tokens: number };
    validation: { tokens: number; bytes: number };
  };
  const bigram = JSON.parse(readFileSync(path.join(paths.cache, 'bigram.json'), 'utf8')) as {
    perplexityPerToken: number;
  };
  const report = {
    steps,
    trainedTokens: steps * batch * length,
    corpusTokens: corpus.train.tokens,
    validationTokens: tokens,
    validationPerplexityPerToken: Math.exp(loss),
    validationPerplexityPerByte: Math.exp((loss * corpus.validation.tokens) / corpus.validation.bytes),
    bigramPerplexityPerToken: bigram.perplexityPerToken,
  };
  writeFileSync(path.join(paths.model, 'training.json'), JSON.stringify(report, null, 2) + '\n');
  console.log(report);
}

void main();
