import * as tf from '@tensorflow/tfjs';
import type { ModelFolder } from '../files/modelFolder';
import type { Module } from '../shared/words';
import { largestTensor } from '../tensors/cardLimits';
import { frozenNorm } from '../tensors/ops/elementwise';
import { frozenLinear } from '../tensors/ops/linear';
import type { Matrix } from '../tensors/ops/matrix';
import type { RotaryTables } from '../tensors/primitives/primitives';
import type { Batch } from './batches';
import { blockShapes, transformerBlock } from './block';
import { embedBatch } from './embeddings';
import { ClassHead } from './heads/classHead';
import type { Head } from './heads/head';
import { LanguageHead } from './heads/languageHead';
import { normWeights } from './normTensors';
import { rotaryTables, type RotaryForm } from './rotary';
import type { BlockSpec, ModelSpec } from './spec';
import { partName, WeightReader } from './weights';

/** Called in the backward pass of a linear layer: its inputs and its outputs' gradients, rows of a sample together. */
export type Recorder = (path: string, x: tf.Tensor2D, dy: tf.Tensor2D) => void;

/** Adds to a linear layer's output, given its path, inputs [rows, in] and outputs [rows, out]. */
export type Adapt = (path: string, x: tf.Tensor2D, y: tf.Tensor2D) => tf.Tensor2D;

type BlockWeights = Readonly<Record<string, tf.Tensor>>;

/** A transformer over a Hugging Face folder, cut into embedding, blocks and head, so that it need never be in memory whole. */
export class Transformer {
  readonly head: Head;
  private readonly reader: WeightReader;
  private readonly blockSpecs: readonly BlockSpec[];
  private readonly blocks = new Map<number, BlockWeights>();
  private readonly tables = new Map<RotaryForm, RotaryTables & { readonly length: number }>();

  constructor(
    readonly folder: ModelFolder,
    readonly spec: ModelSpec,
  ) {
    // All at once: what a block's settings have wrong is refused before any weight is read.
    this.blockSpecs = Array.from({ length: spec.layers }, (_, layer) => spec.block(layer));
    this.reader = new WeightReader(folder);
    const { head, width, vocabulary } = spec;
    this.head =
      head.kind === 'language'
        ? new LanguageHead(head, width, vocabulary, this.reader)
        : new ClassHead(head, this.reader);
  }

  get modules(): readonly Module[] {
    return this.folder.modules;
  }

  get layers(): number {
    return this.spec.layers;
  }

  /** Hidden states before the first block. @returns [batch · length, width] */
  embed(batch: Batch): Promise<tf.Tensor2D> {
    return embedBatch(this.spec, this.reader, batch);
  }

  /** Begins to read a block's weights, while others are computed with. */
  readAhead(layer: number): void {
    if (layer >= 0 && layer < this.layers && !this.blocks.has(layer))
      this.reader.readAhead(this.shapes(layer));
  }

  /** Puts a block's weights onto the device, where `block` needs them. */
  async loadBlock(layer: number): Promise<void> {
    if (this.blocks.has(layer)) return;
    const tensors = await this.reader.load(this.shapes(layer), largestTensor());
    const { length } = this.prefix(layer);
    const named = Object.entries(tensors).map(([name, tensor]) => [name.slice(length), tensor] as const);
    this.blocks.set(layer, Object.fromEntries(named));
  }

  releaseBlock(layer: number): void {
    tf.dispose({ ...this.blocks.get(layer) });
    this.blocks.delete(layer);
  }

  /** A module's weight as stored, of a block that is loaded. */
  weight({ layer, path }: Module): Matrix {
    return this.matrix(layer, `${path.slice(this.prefix(layer).length)}.weight`);
  }

  /**
   * Hidden states after a block. With a recorder, the backward pass reports every linear layer to it.
   * @param x [batch · length, width]
   * @param adapt changes linear layers' outputs
   */
  block(layer: number, x: tf.Tensor2D, batch: Batch, record?: Recorder, adapt?: Adapt): tf.Tensor2D {
    const prefix = this.prefix(layer);
    const { members, length, lengths } = batch;
    const shape = { batch: members.length, length, lengths, bottom: layer === 0 && record !== undefined };
    return transformerBlock(this.blockSpec(layer), x, shape, {
      norm: (input, spec) => frozenNorm(input, normWeights(spec, this.weights(layer)), spec.form),
      rotary: (form) => this.rotary(form, length),
      linear: (input, { name, orientation }, bottom) => {
        const output = frozenLinear(
          input,
          {
            weight: this.matrix(layer, `${name}.weight`),
            bias: this.weights(layer)[`${name}.bias`] as tf.Tensor1D | undefined,
            orientation,
          },
          { bottom, record: record && ((rows, dy) => record(prefix + name, rows, dy)) },
        );
        return adapt === undefined ? output : adapt(prefix + name, input, output);
      },
    });
  }

  /** Frees the device's memory and closes the weight files. */
  async dispose(): Promise<void> {
    for (const layer of [...this.blocks.keys()]) this.releaseBlock(layer);
    for (const { cos, sin } of this.tables.values()) tf.dispose([cos, sin]);
    this.tables.clear();
    this.head.dispose();
    await this.reader.close();
  }

  private prefix(layer: number): string {
    return `${this.folder.root}${this.folder.family.layers}${layer}.`;
  }

  private shapes(layer: number): Record<string, readonly number[]> {
    const prefix = this.prefix(layer);
    const inside = blockShapes(this.blockSpec(layer), (name) => this.reader.has(prefix + name));
    return Object.fromEntries(Object.entries(inside).map(([name, shape]) => [prefix + name, shape]));
  }

  private blockSpec(layer: number): BlockSpec {
    const spec = this.blockSpecs[layer];
    if (spec === undefined) throw new Error(`There is no block ${layer}.`);
    return spec;
  }

  private weights(layer: number): BlockWeights {
    const weights = this.blocks.get(layer);
    if (weights === undefined) throw new Error(`Block ${layer} was not loaded.`);
    return weights;
  }

  private matrix(layer: number, name: string): Matrix {
    const weights = this.weights(layer);
    const parts: tf.Tensor2D[] = [];
    for (let part = weights[name]; part !== undefined; part = weights[partName(name, parts.length)]) {
      parts.push(part as tf.Tensor2D);
    }
    if (parts.length === 0) throw new Error(`Block ${layer} has no ${name}.`);
    return parts;
  }

  /** Tables of the length that the current batch has: kept for every length they would outgrow the weights. */
  private rotary(form: RotaryForm, length: number): RotaryTables {
    const known = this.tables.get(form);
    if (known?.length === length) return known;
    if (known !== undefined) tf.dispose([known.cos, known.sin]);
    const made = rotaryTables(form, length);
    // They outlive the tidy of whichever pass asks for them first.
    tf.keep(made.cos);
    tf.keep(made.sin);
    const kept = { ...made, length };
    this.tables.set(form, kept);
    return kept;
  }
}
