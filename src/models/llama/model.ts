import * as tf from '@tensorflow/tfjs';
import type { ModelFolder } from '../../files/modelFolder';
import { LabError } from '../../shared/errors';
import { rmsNorm, tokenLoss, type RotaryTables } from '../../tensors/ops';
import { frozenLinear } from '../../tensors/perSample';
import type { Batch } from '../batches';
import type { CausalModel, Recorder } from '../causalModel';
import { loadTensors } from '../weights';
import { causalMask, llamaBlock, type BlockWeights, type Positions } from './block';
import { parseLlamaConfig, type LlamaConfig } from './config';
import { ropeTables } from './rope';
import { blockShapes, embeddingName, normName, outputName } from './tensorNames';

type Loaded = Record<string, tf.Tensor>;

/**
 * A Llama model over a Hugging Face folder. Weights are read at their first use and stay on the device, in float32.
 * @throws LabError model-config-invalid
 */
export class LlamaModel implements CausalModel {
  readonly config: LlamaConfig;
  private readonly blocks = new Map<number, BlockWeights>();
  private tables: { length: number; rotary: RotaryTables; mask: tf.Tensor2D } | undefined;
  private ends: Loaded = {};

  constructor(private readonly folder: ModelFolder) {
    this.config = parseLlamaConfig(folder.config, folder.dir);
  }

  get modules() {
    return this.folder.modules;
  }

  get layers(): number {
    return this.config.layers;
  }

  get maxLength(): number {
    return this.config.maxLength;
  }

  get vocabulary(): number {
    return this.config.vocabulary;
  }

  get width(): number {
    return this.config.width;
  }

  get heads(): number {
    return this.config.heads;
  }

  async embed(batch: Batch): Promise<tf.Tensor2D> {
    this.requireKnownTokens(batch);
    const table = await this.end(embeddingName, [this.config.vocabulary, this.config.width]);
    return tf.tidy(() => tf.gather(table as tf.Tensor2D, tf.tensor1d(batch.ids, 'int32')));
  }

  async loadBlock(layer: number): Promise<void> {
    if (this.blocks.has(layer)) return;
    const shapes = blockShapes(this.config, layer, (name) => this.folder.tensors.has(name));
    const tensors = await loadTensors(this.folder, shapes);
    const prefix = `model.layers.${layer}.`;
    const named = Object.entries(tensors).map(([name, value]) => [name.slice(prefix.length), value]);
    this.blocks.set(layer, Object.fromEntries(named) as BlockWeights);
  }

  block(layer: number, x: tf.Tensor2D, batch: Batch, record?: Recorder): tf.Tensor2D {
    const weights = this.blocks.get(layer);
    if (weights === undefined) throw new Error(`Block ${layer} was not loaded.`);
    return llamaBlock(this.config, x, weights, this.positions(batch), (input, weight, name) =>
      record === undefined
        ? tf.matMul(input, weight, false, true)
        : frozenLinear(input, weight, (inputs, gradients) =>
            record(`model.layers.${layer}.${name}`, inputs, gradients),
          ),
    );
  }

  async loadHead(): Promise<void> {
    const { width, vocabulary } = this.config;
    await this.end(normName, [width]);
    await this.end(this.outputTensor(), [vocabulary, width]);
  }

  targetLoss(x: tf.Tensor2D, batch: Batch): tf.Tensor1D {
    // Logits only where something is predicted: of a classification prompt that is the label alone.
    const rows = tf.gather(x, tf.tensor1d(batch.positions, 'int32'));
    return tokenLoss(this.logits(rows), tf.tensor1d(batch.targets, 'int32'));
  }

  logits(x: tf.Tensor2D): tf.Tensor2D {
    const norm = this.ends[normName] as tf.Tensor1D | undefined;
    const output = this.ends[this.outputTensor()] as tf.Tensor2D | undefined;
    if (norm === undefined || output === undefined) throw new Error('The head was not loaded.');
    return tf.matMul(rmsNorm(x, norm, this.config.normEpsilon), output, false, true) as tf.Tensor2D;
  }

  dispose(): void {
    tf.dispose([...this.blocks.values()]);
    this.freeTables();
    tf.dispose(this.ends);
    this.blocks.clear();
    this.ends = {};
  }

  /** A stored output matrix wins over config.json: libraries leave defaults of `tie_word_embeddings` out. */
  private outputTensor(): string {
    return this.folder.tensors.has(outputName) ? outputName : embeddingName;
  }

  private async end(name: string, shape: readonly number[]): Promise<tf.Tensor> {
    const known = this.ends[name];
    if (known !== undefined) return known;
    const loaded = await loadTensors(this.folder, { [name]: shape });
    this.ends = { ...this.ends, ...loaded };
    return loaded[name] as tf.Tensor;
  }

  /** Tables of the length that the current batch has: kept for every length they would outgrow the weights. */
  private positions(batch: Batch): Positions {
    const { length } = batch;
    if (this.tables?.length !== length) {
      this.freeTables();
      const { heads, keyValueHeads } = this.config;
      // Kept: the tables outlive the tidy of whichever pass asks for them first.
      const rotary = ropeTables(this.config, length);
      for (const table of Object.values(rotary)) tf.keep(table);
      this.tables = { length, rotary, mask: tf.keep(causalMask(length, heads / keyValueHeads)) };
    }
    const { rotary, mask } = this.tables;
    return { batch: batch.members.length, length, rotary, mask };
  }

  private freeTables(): void {
    if (this.tables === undefined) return;
    tf.dispose([...Object.values(this.tables.rotary), this.tables.mask]);
    this.tables = undefined;
  }

  private requireKnownTokens(batch: Batch): void {
    const isUnknown = (id: number): boolean => id < 0 || id >= this.config.vocabulary;
    const unknown = batch.ids.find(isUnknown) ?? batch.targets.find(isUnknown);
    if (unknown === undefined) return;
    throw new LabError(
      'data-line-invalid',
      `The data has token ${unknown}; the model knows 0 to ${this.config.vocabulary - 1}.`,
      'Use the tokenizer that belongs to the model.',
    );
  }
}
