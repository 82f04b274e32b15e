import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import type { Batch } from '../../../../src/models/batches';
import type { Labels } from '../../../../src/models/heads/head';
import { LanguagePass, type LanguageEnds } from '../../../../src/models/heads/languagePass';
import { ignored, type Sample } from '../../../../src/models/samples';
import type { NormForm } from '../../../../src/tensors/primitives/primitives';
import { numbers } from '../../tensors/numbers';
import { softmax } from './chiSquare';

const [tableWidth, vocabulary] = [4, 11];
export const width = 6;
export const empirical: Labels = { kind: 'empirical' };

export interface Case {
  readonly what: string;
  readonly norm?: NormForm;
  readonly project?: boolean;
  readonly bias?: boolean;
  readonly cap?: number;
}
export const cases: readonly Case[] = [
  { what: 'an output matrix alone' },
  { what: 'a root mean square norm', norm: { kind: 'rms', epsilon: 0.01, weightOffset: 0 } },
  { what: 'a layer norm and a bias', norm: { kind: 'layer', epsilon: 0.01, weightOffset: 0 }, bias: true },
  { what: 'a norm of 1 + weight and a cap', norm: { kind: 'rms', epsilon: 0.01, weightOffset: 1 }, cap: 1.5 },
  { what: 'a projection', project: true },
  {
    what: 'everything at once',
    norm: { kind: 'layer', epsilon: 0.01, weightOffset: 0 },
    ...{ project: true, bias: true, cap: 1.5 },
  },
];

export const samples: readonly Sample[] = [
  { ids: [1, 2, 3, 4], targets: [1, 2, 3, 4] },
  { ids: [5, 6, 7, 8, 10], targets: [ignored, ignored, ignored, 0, 10] },
  { ids: [9, 9], targets: [9, 9] },
];
const weights = {
  weight: numbers(width, 2),
  normBias: numbers(width, 3),
  project: numbers(tableWidth * width, 4),
  bias: numbers(vocabulary, 5),
};
/** Hidden states of `samples` in one batch. */
export const states = numbers(15 * width, 1).map((value) => 2 * value);
const outputWidth = ({ project }: Case): number => (project === true ? tableWidth : width);
const outputOf = (of: Case): Float32Array =>
  numbers(vocabulary * outputWidth(of), 6).map((value) => 2 * value);

interface Outcome {
  readonly losses: readonly number[];
  readonly gradient: Float32Array;
}

/** One batch with the output matrix cut after these rows; nothing may be left behind. */
export async function run(
  of: Case,
  batch: Batch,
  x: Float32Array,
  cuts: readonly number[],
  labels: Labels = empirical,
): Promise<Outcome> {
  const before = [tf.memory().numTensors, tf.engine().backend.numDataIds()];
  const made: tf.Tensor[] = [];
  const make = <T extends tf.Tensor>(values: Float32Array, shape: number[]): T => {
    made.push(tf.tensor(values, shape));
    return made.at(-1) as T;
  };
  const ends: LanguageEnds = {
    norm: of.norm && {
      form: of.norm,
      weights: {
        weight: make<tf.Tensor1D>(weights.weight, [width]),
        bias: of.norm.kind === 'layer' ? make<tf.Tensor1D>(weights.normBias, [width]) : undefined,
      },
    },
    project: of.project === true ? make<tf.Tensor2D>(weights.project, [tableWidth, width]) : undefined,
    bias: of.bias === true ? make<tf.Tensor1D>(weights.bias, [vocabulary]) : undefined,
    cap: of.cap,
  };
  const columns = outputWidth(of);
  const slices = [0, ...cuts].map((first, index) => {
    const end = cuts[index] ?? vocabulary;
    const values = outputOf(of).slice(first * columns, end * columns);
    return { first, weight: make<tf.Tensor2D>(values, [end - first, columns]) };
  });
  const pass = new LanguagePass({ x: make(x, [x.length / width, width]), batch }, ends, labels);
  try {
    for (const slice of slices) await pass.measure(slice, slices.length === 1);
    const measured = pass.losses();
    for (const slice of slices) pass.differentiate(slice);
    const { losses, gradient } = pass.finish();
    assert.deepEqual(losses, measured);
    made.push(gradient);
    return { losses, gradient: gradient.dataSync() as Float32Array };
  } finally {
    pass.dispose();
    tf.dispose(made);
    assert.deepEqual([tf.memory().numTensors, tf.engine().backend.numDataIds()], before, 'left behind');
  }
}

/** Logits of one row by the definition, in float64. */
export function exactLogits(of: Case, row: readonly number[]): number[] {
  let hidden = [...row];
  if (of.norm !== undefined) {
    const { kind, epsilon, weightOffset } = of.norm;
    const mean = kind === 'layer' ? hidden.reduce((sum, value) => sum + value, 0) / width : 0;
    const squares = hidden.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width;
    hidden = hidden.map(
      (value, i) =>
        ((value - mean) / Math.sqrt(squares + epsilon)) * (weights.weight[i]! + weightOffset) +
        (kind === 'layer' ? weights.normBias[i]! : 0),
    );
  }
  const times = (matrix: Float32Array, rows: number): number[] =>
    Array.from({ length: rows }, (_, r) =>
      hidden.reduce((sum, value, i) => sum + value * matrix[r * hidden.length + i]!, 0),
    );
  if (of.project === true) hidden = times(weights.project, tableWidth);
  return times(outputOf(of), vocabulary)
    .map((logit, token) => logit + (of.bias === true ? weights.bias[token]! : 0))
    .map((logit) => (of.cap === undefined ? logit : of.cap * Math.tanh(logit / of.cap)));
}

/** Each member's mean loss by the definition. */
export function exactLosses(of: Case, { members, length }: Batch, x: ArrayLike<number>): number[] {
  return members.map((member, row) => {
    const losses = samples[member]!.targets.flatMap((target, t) => {
      if (t === 0 || target === ignored) return [];
      const from = (row * length + t - 1) * width;
      const shares = softmax(exactLogits(of, Array.from(x).slice(from, from + width)));
      return [-Math.log(shares[target]!)];
    });
    return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  });
}
