import * as tf from '@tensorflow/tfjs';
import type { LanguageHeadSpec } from '../spec';
import type { Batch } from '../batches';
import { normShapes, normWeights } from '../normTensors';
import type { WeightReader } from '../weights';
import {
  outcomesOf,
  type Head,
  type HeadInput,
  type HeadOutcome,
  type HeadVerdict,
  type Labels,
} from './head';
import { LanguagePass, type LanguageEnds, type OutputSlice } from './languagePass';

/** Numbers in one slice of the output matrix, 64 MB in float32. */
const sliceNumbers = 16e6;

/** A language model's output: final norm, output matrix, next token loss. */
export class LanguageHead implements Head {
  private ends: (LanguageEnds & { readonly tensors: readonly tf.Tensor[] }) | undefined;
  private slices: readonly OutputSlice[] | undefined;

  constructor(
    private readonly spec: LanguageHeadSpec,
    private readonly width: number,
    private readonly vocabulary: number,
    private readonly reader: WeightReader,
  ) {}

  async load(): Promise<void> {
    if (this.slices !== undefined) return;
    this.ends ??= await this.loadEnds();
    const slices: OutputSlice[] = [];
    try {
      for (const [first, count] of this.cuts()) slices.push(await this.slice(first, count));
    } catch (error) {
      tf.dispose(slices.map(({ weight }) => weight));
      throw error;
    }
    this.slices = slices;
  }

  async judge(input: HeadInput): Promise<HeadVerdict> {
    const { ends, slices } = this.loaded;
    const pass = new LanguagePass(input, ends, { kind: 'empirical' });
    try {
      for (const slice of slices) await pass.measure(slice, false);
      return { losses: pass.losses(), exact: pass.exact() };
    } finally {
      pass.dispose();
    }
  }

  async run(input: HeadInput, labels: Labels): Promise<HeadOutcome> {
    const { ends, slices } = this.loaded;
    const pass = new LanguagePass(input, ends, labels);
    try {
      for (const slice of slices) await pass.measure(slice, slices.length === 1);
      pass.losses();
      for (const slice of slices) pass.differentiate(slice);
      return pass.finish();
    } finally {
      pass.dispose();
    }
  }

  async runStreamed(inputs: readonly HeadInput[], labels: Labels): Promise<HeadOutcome[]> {
    const ends = (this.ends ??= await this.loadEnds());
    const passes: LanguagePass[] = [];
    try {
      for (const input of inputs) passes.push(new LanguagePass(input, ends, labels));
      // Every slice is read twice: keeping the logits would take rows times vocabulary.
      for (const step of ['measure', 'differentiate'] as const) {
        for (const [first, count] of this.cuts()) {
          const slice = await this.slice(first, count);
          try {
            for (const pass of passes) await pass[step](slice, false);
          } finally {
            slice.weight.dispose();
          }
        }
        if (step === 'measure') passes.forEach((pass) => pass.losses());
      }
      return await outcomesOf(passes, (pass) => pass.finish());
    } finally {
      passes.forEach((pass) => pass.dispose());
    }
  }

  /** Scores of every token as the next one. @param x hidden states [rows, width] @returns [rows, vocabulary] */
  logits(x: tf.Tensor2D): tf.Tensor2D {
    const { ends, slices } = this.loaded;
    return tf.tidy(() => {
      const pass = new LanguagePass({ x, batch: everyPosition(x.shape[0]) }, ends, { kind: 'empirical' });
      return tf.concat(
        slices.map((slice) => pass.logitsOf(slice).logits),
        1,
      );
    });
  }

  dispose(): void {
    tf.dispose([...(this.ends?.tensors ?? [])]);
    tf.dispose((this.slices ?? []).map(({ weight }) => weight));
    this.ends = undefined;
    this.slices = undefined;
  }

  private get loaded(): { readonly ends: LanguageEnds; readonly slices: readonly OutputSlice[] } {
    const { ends, slices } = this;
    if (ends === undefined || slices === undefined) throw new Error('The head was not loaded.');
    return { ends, slices };
  }

  private async loadEnds(): Promise<LanguageEnds & { readonly tensors: readonly tf.Tensor[] }> {
    const { norm, project, bias, outputWidth, cap } = this.spec;
    const shapes: Record<string, readonly number[]> = {};
    if (norm !== undefined) Object.assign(shapes, normShapes(norm));
    if (project !== undefined) shapes[project] = [outputWidth, this.width];
    const hasBias = bias !== undefined && this.reader.has(bias);
    if (hasBias) shapes[bias] = [this.vocabulary];
    const tensors = await this.reader.load(shapes);
    return {
      tensors: Object.values(tensors),
      ...(norm === undefined ? {} : { norm: { weights: normWeights(norm, tensors), form: norm.form } }),
      ...(project === undefined ? {} : { project: tensors[project] as tf.Tensor2D }),
      ...(hasBias ? { bias: tensors[bias] as tf.Tensor1D } : {}),
      ...(cap === undefined ? {} : { cap }),
    };
  }

  /** First row and number of rows of each slice. */
  private cuts(): [first: number, count: number][] {
    const rows = Math.max(1, Math.floor(sliceNumbers / this.spec.outputWidth));
    const cuts: [number, number][] = [];
    for (let first = 0; first < this.vocabulary; first += rows) {
      cuts.push([first, Math.min(rows, this.vocabulary - first)]);
    }
    return cuts;
  }

  private async slice(first: number, count: number): Promise<OutputSlice> {
    const { output, outputWidth } = this.spec;
    const weight = await this.reader.slice(output, [this.vocabulary, outputWidth], first, count);
    return { first, weight };
  }
}

/** A batch of one sample, all of whose positions get logits. */
const everyPosition = (count: number): Batch => ({
  members: [0],
  length: count,
  lengths: Int32Array.of(count),
  ids: new Int32Array(),
  positions: Int32Array.from({ length: count }, (_, i) => i),
  targets: new Int32Array(count),
  weights: new Float32Array(count),
});
