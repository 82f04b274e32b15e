import * as tf from '@tensorflow/tfjs';
import { largestOf } from '../../shared/largestOf';
import { primitives } from '../../tensors/primitives/current';
import { readNumbers } from '../../tensors/readBack';
import type { Batch } from '../batches';
import { shapeOf } from '../block';
import { normShapes, normWeights } from '../normTensors';
import type { Activation } from '../../tensors/primitives/primitives';
import type { ClassHeadSpec, LinearSpec } from '../spec';
import type { WeightReader } from '../weights';
import { gumbel } from './draw';
import {
  outcomesOf,
  requireFiniteLosses,
  type Head,
  type HeadInput,
  type HeadOutcome,
  type HeadVerdict,
  type Labels,
  type TrainedWeights,
} from './head';

/** A classifier over one position of each sample, with its cross-entropy. */
export class ClassHead implements Head {
  private tensors: Record<string, tf.Tensor> | undefined;

  constructor(
    private readonly spec: ClassHeadSpec,
    private readonly reader: WeightReader,
  ) {}

  async load(): Promise<void> {
    const { norm, layers } = this.spec;
    const shapes: Record<string, readonly number[]> = norm === undefined ? {} : normShapes(norm);
    for (const { linear } of layers) {
      shapes[`${linear.name}.weight`] = shapeOf(linear);
      if (this.reader.has(`${linear.name}.bias`)) shapes[`${linear.name}.bias`] = [linear.outFeatures];
    }
    this.tensors ??= await this.reader.load(shapes);
  }

  async run({ x, batch, trained }: HeadInput, labels: Labels): Promise<HeadOutcome> {
    const places = this.placesOf(batch);
    const trace = this.classified(x, places, trained);
    try {
      const { losses, gradient: dLogits } = crossEntropy(await readNumbers(trace.logits), batch, labels);
      requireFiniteLosses(batch, losses);
      const weightGradients = new Map<string, tf.Tensor>();
      const gradient = tf.tidy(() => {
        const dWeights = (name: string, of: () => tf.Tensor): void => {
          if (trained?.has(name) === true) weightGradients.set(name, tf.keep(of()));
        };
        const rows = this.backward(trace, tf.tensor2d(dLogits, trace.logits.shape), trained, dWeights);
        return tf.unsortedSegmentSum(rows, tf.tensor1d(places, 'int32'), x.shape[0]) as tf.Tensor2D;
      });
      return trained === undefined ? { losses, gradient } : { losses, gradient, weightGradients };
    } finally {
      tf.dispose(tensorsOf(trace));
    }
  }

  async judge({ x, batch, trained }: HeadInput): Promise<HeadVerdict> {
    const logits = this.classes(x, batch, trained);
    const reading = readNumbers(logits);
    logits.dispose();
    const values = await reading;
    const { losses } = crossEntropy(values, batch, { kind: 'empirical' });
    requireFiniteLosses(batch, losses);
    const classes = batch.members.map((_, row) => {
      const mine = values
        .subarray((row * values.length) / batch.members.length)
        .subarray(0, values.length / batch.members.length);
      return mine.indexOf(largestOf(mine));
    });
    return { losses, classes, exact: classes.map((found, row) => found === batch.labels?.[row]) };
  }

  /** A classifier is small: its weights stay. */
  async runStreamed(inputs: readonly HeadInput[], labels: Labels): Promise<HeadOutcome[]> {
    await this.load();
    return outcomesOf(inputs, (input) => this.run(input, labels));
  }

  /** Class scores of every sample: [batch, classes]. @param x hidden states [batch · length, width] */
  classes(x: tf.Tensor2D, batch: Batch, trained?: TrainedWeights): tf.Tensor2D {
    return tf.tidy(() => this.forward(this.classifiedRows(x, batch), trained).logits);
  }

  /** The hidden states that are classified: [batch, width]. @param x [batch · length, width] */
  classifiedRows(x: tf.Tensor2D, batch: Batch): tf.Tensor2D {
    return tf.tidy(() => tf.gather(x, tf.tensor1d(this.placesOf(batch), 'int32')));
  }

  dispose(): void {
    tf.dispose(this.tensors ?? {});
    this.tensors = undefined;
  }

  private placesOf({ members, length, lengths }: Batch): Int32Array {
    const place = (row: number): number => (this.spec.position === 'first' ? 0 : (lengths[row] ?? 1) - 1);
    return Int32Array.from(members, (_, row) => row * length + place(row));
  }

  /** The forward pass with all that the backward pass needs; the caller frees it. */
  private classified(x: tf.Tensor2D, places: Int32Array, trained: TrainedWeights | undefined): Trace {
    let trace: Trace | undefined;
    tf.tidy(() => {
      trace = this.forward(tf.gather(x, tf.tensor1d(places, 'int32')), trained);
      return tensorsOf(trace);
    });
    return trace as unknown as Trace;
  }

  /** @param rows hidden states of the classified positions */
  private forward(rows: tf.Tensor2D, trained: TrainedWeights | undefined): Trace {
    const use = primitives();
    const { norm, layers } = this.spec;
    const normed = norm && use.norm(rows, normWeights(norm, this.loaded), norm.form);
    const steps: Step[] = [];
    let input = normed?.value ?? rows;
    for (const { linear, activation } of layers) {
      const { weight, bias, turned } = this.weightsOf(linear, trained);
      const product = tf.matMul(input, weight, false, turned) as tf.Tensor2D;
      const output = bias === undefined ? product : use.addBias(product, bias);
      steps.push({ linear, activation, input, output });
      input = activation === undefined ? output : use.activation(output, activation);
    }
    return { rows, stats: normed?.stats, steps, logits: input };
  }

  /**
   * By hand and not by tfjs's tape: the head itself runs inside an operation of the blocks' tape.
   * @param dWeights told of every weight and bias, with how its gradient is computed
   */
  private backward(
    { rows, stats, steps }: Trace,
    dLogits: tf.Tensor2D,
    trained: TrainedWeights | undefined,
    dWeights: (name: string, gradient: () => tf.Tensor) => void,
  ): tf.Tensor2D {
    const use = primitives();
    const { norm } = this.spec;
    const dStart = steps.reduceRight((dy, { linear, activation, input, output }) => {
      const dOutput = activation === undefined ? dy : use.activationGradient(output, dy, activation);
      const { weight, turned } = this.weightsOf(linear, trained);
      dWeights(`${linear.name}.weight`, () =>
        turned ? tf.matMul(dOutput, input, true) : tf.matMul(input, dOutput, true),
      );
      dWeights(`${linear.name}.bias`, () => tf.sum(dOutput, 0));
      return tf.matMul(dOutput, weight, false, !turned) as tf.Tensor2D;
    }, dLogits);
    if (norm === undefined || stats === undefined) return dStart;
    return use.normGradient(rows, normWeights(norm, this.loaded), stats, dStart, norm.form);
  }

  private weightsOf({ name, orientation }: LinearSpec, trained: TrainedWeights | undefined) {
    const of = (part: string): tf.Tensor | undefined => trained?.get(part) ?? this.loaded[part];
    return {
      weight: of(`${name}.weight`) as tf.Tensor2D,
      bias: of(`${name}.bias`) as tf.Tensor1D | undefined,
      turned: orientation === 'out-in',
    };
  }

  private get loaded(): Record<string, tf.Tensor> {
    if (this.tensors === undefined) throw new Error('The head was not loaded.');
    return this.tensors;
  }
}

interface Step {
  readonly linear: LinearSpec;
  readonly activation: Activation | undefined;
  readonly input: tf.Tensor2D;
  /** Before the activation. */
  readonly output: tf.Tensor2D;
}

interface Trace {
  readonly rows: tf.Tensor2D;
  readonly stats: tf.Tensor2D | undefined;
  readonly steps: readonly Step[];
  readonly logits: tf.Tensor2D;
}

const tensorsOf = ({ rows, stats, steps, logits }: Trace): tf.Tensor[] => [
  rows,
  logits,
  ...(stats === undefined ? [] : [stats]),
  ...steps.flatMap(({ input, output }) => [input, output]),
];

/**
 * Loss of each row, and the gradient of their sum in the logits; in float64, as there are few numbers.
 * @param values logits, [rows · classes]
 */
function crossEntropy(
  values: Float32Array,
  batch: Batch,
  labels: Labels,
): { losses: number[]; gradient: Float32Array } {
  const classes = values.length / batch.members.length;
  const gradient = new Float32Array(values.length);
  const losses = batch.members.map((sample, row) => {
    const mine = [...values.subarray(row * classes, (row + 1) * classes)];
    const most = Math.max(...mine);
    const logSum = most + Math.log(mine.reduce((sum, logit) => sum + Math.exp(logit - most), 0));
    const target = labels.kind === 'empirical' ? (batch.labels?.[row] ?? 0) : draw(mine, sample, labels.seed);
    mine.forEach((logit, index) => {
      gradient[row * classes + index] = Math.exp(logit - logSum) - (index === target ? 1 : 0);
    });
    return logSum - (mine[target] ?? NaN);
  });
  return { losses, gradient };
}

function draw(logits: readonly number[], sample: number, seed: number): number {
  const noisy = logits.map((logit, index) => logit + gumbel(seed, sample, 0, index));
  return noisy.indexOf(Math.max(...noisy));
}
