import * as tf from '@tensorflow/tfjs';
import type { Module } from '../shared/words';
import type { LayerPass, Pass, Reallocation, StepTaken } from './adapter';
import { type AdaptedModule } from './adapted';
import { ImportanceAverage, layerImportance, layerWeights } from './allocation/layerWeights';
import { allocateRanks } from './allocation/ranks';
import { resize } from './allocation/resize';

import { scalingOf, type LoraOptions } from './lora';
import { addLora } from './ops/addLora';
import { dropout } from './ops/dropout';
import { inputFactor, type UsualInput } from './ops/inputFactor';
import { kaimingUniform, zeros } from './parameter';
import type { NamedArray } from '../shared/namedArray';
import { TableAdapter } from './tableAdapter';
import { targetOf } from '../shared/targetOf';

export interface DynamicLoraOptions extends LoraOptions {
  /** Weigh the adapters of layers by their importance. */
  readonly layerWeights: boolean;
  /** Move rank between layers. */
  readonly reallocate: boolean;
  /** κ: how much the input may change the adapter; 0 = not at all. */
  readonly inputFactor: number;
  /** β of the moving averages. */
  readonly smoothing: number;
  /** Steps between two updates. */
  readonly interval: number;
  /** Share of the steps before the first update. */
  readonly warmupRatio: number;
  /** Sharpness of the weights: 1 = in proportion to the importance, large = uniform. */
  readonly temperature: number;
  readonly rankMin: number;
  /** Largest rank of a layer, in means. */
  readonly rankMaxFactor: number;
}

/**
 * LoRA whose capacity moves between layers while it is trained: y = W x + w φ(x) s B A x. Inspired by dynamic LoRA
 * (arXiv 2501.14859), of which only the abstract is public: importance of layers during training, adapters reallocated by
 * it, and a factor of the input. Weights w, ranks and φ are ours; with all three switched off this is LoRA to the last bit.
 */
export class DynamicLora extends TableAdapter {
  private readonly modules: ReadonlyMap<string, AdaptedModule>;
  private importance: ImportanceAverage;
  private weights: Record<string, number>;

  constructor(
    modules: readonly AdaptedModule[],
    private readonly options: DynamicLoraOptions,
    /** Width of the hidden states. */
    private readonly width: number,
    private readonly seed: number,
  ) {
    super();
    this.modules = new Map(modules.map((one) => [one.module.path, one]));
    for (const { module, rank } of modules) {
      const { path, layer, inFeatures, outFeatures } = module;
      this.table.add([layer], kaimingUniform(`${path}.lora_A`, [rank, inFeatures], seed));
      this.table.add([layer], zeros(`${path}.lora_B`, [outFeatures, rank]));
    }
    const { layers } = this.table;
    this.weights = Object.fromEntries(layers.map((layer) => [layer, 1]));
    this.importance = new ImportanceAverage(layers.length, options.smoothing);
    if (options.inputFactor === 0) return;
    for (const layer of layers) {
      for (const [name, size] of statisticsOf(width)) {
        this.table.add([layer], zeros(`input.${layer}.${name}`, [1, size], false));
      }
    }
  }

  /** Rank of each module now. */
  ranks(): Record<string, number> {
    return Object.fromEntries([...this.modules.keys()].map((path) => [path, this.rankOf(path)]));
  }

  /** The plain LoRA that it is without its factor of the input: alpha holds the scale and the layer's weight. */
  exported(): Map<string, { rank: number; alpha: number }> {
    const { rankStabilized } = this.options;
    return new Map(
      [...this.modules].map(([path, one]) => {
        const rank = this.rankOf(path);
        const scaling = scalingOf(one, rankStabilized) * (this.weights[one.module.layer] ?? 1);
        return [path, { rank, alpha: scaling * (rankStabilized ? Math.sqrt(rank) : rank) }];
      }),
    );
  }

  /** Weight of each layer now, mean 1. */
  get layerWeights(): Readonly<Record<string, number>> {
    return this.weights;
  }

  layer(layer: number, hidden: tf.Tensor2D, pass: Pass): LayerPass {
    const { tensors, training, seed } = pass;
    const rate = training ? this.options.dropout : 0;
    const factor = this.options.inputFactor === 0 ? undefined : this.factorOf(layer, hidden, pass);
    return {
      adapt: (path, input, y) => {
        const one = this.modules.get(path);
        if (one === undefined) return y;
        const [a, b] = [tensors(`${path}.lora_A`), tensors(`${path}.lora_B`)] as [tf.Tensor2D, tf.Tensor2D];
        const x = dropout(input, rate, seed, path);
        // By the rank at the start: moving rank changes no scale. The adapter is linear in its input.
        const scaling = scalingOf(one, this.options.rankStabilized) * (this.weights[layer] ?? 1);
        return addLora(factor === undefined ? x : tf.mul(x, factor), y, a, b, scaling);
      },
    };
  }

  afterStep({ step, steps, gradients, noted }: StepTaken): Reallocation | undefined {
    const { options } = this;
    if (options.inputFactor > 0) this.learnInputs(noted);
    if (!options.layerWeights && !options.reallocate) return undefined;
    this.importance.update(
      this.layers.map((layer) =>
        layerImportance(this.parametersOf(layer).flatMap(({ name }) => gradients.get(name) ?? [])),
      ),
    );
    const warmup = Math.ceil(options.warmupRatio * steps);
    if (step <= warmup || (step - warmup) % options.interval !== 0) return undefined;
    const weights = layerWeights(this.importance.values, { temperature: options.temperature });
    const byLayer = Object.fromEntries(this.layers.map((layer, index) => [layer, weights[index] ?? 1]));
    if (options.layerWeights) this.weights = byLayer;
    if (options.reallocate) this.moveRank(byLayer, step);
    return { ranks: this.ranks(), weights: { ...this.weights } };
  }

  state(): ReadonlyMap<string, NamedArray> {
    const { averages, updates } = this.importance.state;
    return new Map([
      ['dynamic.weights', inFloats(Object.values(this.weights))],
      ['dynamic.importance', inFloats(averages)],
      ['dynamic.updates', inFloats([updates])],
    ]);
  }

  override restore(kept: ReadonlyMap<string, NamedArray>): void {
    super.restore(kept);
    const read = (name: string): number[] => {
      const array = kept.get(name);
      if (array === undefined) throw new Error(`What was kept has no ${name}.`);
      return fromFloats(array);
    };
    const weights = read('dynamic.weights');
    this.weights = Object.fromEntries(this.layers.map((layer, index) => [layer, weights[index] ?? 1]));
    const [updates = 0] = read('dynamic.updates');
    this.importance = new ImportanceAverage(this.layers.length, this.options.smoothing, {
      averages: read('dynamic.importance'),
      updates,
    });
  }

  private rankOf(path: string): number {
    return this.table.get(`${path}.lora_A`).shape[0] ?? 0;
  }

  /**
   * A layer's modules go up or down together. The sum over layers stays for each kind of module by itself: where a plan gives
   * queries another rank than values, rank that went from one kind to another would change the number of parameters.
   */
  private moveRank(weights: Readonly<Record<string, number>>, step: number): void {
    const kinds = new Map<string, AdaptedModule[]>();
    for (const one of this.modules.values()) {
      const kind = targetOf(one.module);
      kinds.set(kind, [...(kinds.get(kind) ?? []), one]);
    }
    const { rankMin, rankMaxFactor } = this.options;
    for (const members of kinds.values()) {
      const total = members.reduce((sum, { module }) => sum + this.rankOf(module.path), 0);
      const mean = total / members.length;
      const own = Object.fromEntries(members.map(({ module: { layer } }) => [layer, weights[layer] ?? 1]));
      const most = Math.max(rankMin, Math.floor(rankMaxFactor * mean));
      const ranks = allocateRanks(total, own, { min: Math.min(rankMin, Math.floor(mean)), max: most });
      for (const { module } of members) this.resize(module, ranks[module.layer] ?? 0, step);
    }
  }

  private resize({ path, inFeatures, outFeatures }: Module, rank: number, step: number): void {
    const before = this.rankOf(path);
    if (rank === before) return;
    const [nameA, nameB] = [`${path}.lora_A`, `${path}.lora_B`];
    const pair = resize(
      { rank: before, a: this.table.get(nameA).values, b: this.table.get(nameB).values },
      rank,
      { name: nameA, seed: this.seed + step },
    );
    this.table.replace({ name: nameA, shape: [rank, inFeatures], values: pair.a, trained: true });
    this.table.replace({ name: nameB, shape: [outFeatures, rank], values: pair.b, trained: true });
  }

  private factorOf(layer: number, hidden: tf.Tensor2D, { batch, tensors, note }: Pass): tf.Tensor2D {
    const name = (what: string): string => `input.${layer}.${what}`;
    const value = (what: string): Float32Array => this.table.get(name(what)).values;
    const usual: UsualInput | undefined =
      value('seen')[0] === 0
        ? undefined
        : {
            mean: tensors(name('mean')) as tf.Tensor2D,
            spread: spreadOf(value('mean'), value('square')),
            distance: value('distance')[0] ?? 0,
          };
    return inputFactor(hidden, batch, this.options.inputFactor, usual, (mean, square, distance) => {
      note(name('mean'), mean);
      note(name('square'), square);
      note(name('distance'), distance);
    });
  }

  /** Moves what is usual towards what the step's batches were. */
  private learnInputs(noted: ReadonlyMap<string, Float32Array>): void {
    for (const layer of this.layers) {
      const seen = this.table.get(`input.${layer}.seen`).values;
      const beta = seen[0] === 0 ? 0 : this.options.smoothing;
      for (const [what] of statisticsOf(this.width)) {
        const { values } = this.table.get(`input.${layer}.${what}`);
        noted.get(`input.${layer}.${what}`)?.forEach((value, i) => {
          values[i] = beta * (values[i] ?? 0) + (1 - beta) * value;
        });
      }
      seen[0] = 1;
    }
  }
}

/** The statistics of a layer's inputs and their sizes. */
const statisticsOf = (width: number): [name: string, size: number][] => [
  ['mean', width],
  ['square', width],
  ['distance', 1],
  ['seen', 1],
];

const spreadOf = (mean: Float32Array, square: Float32Array): number =>
  Math.sqrt(square.reduce((sum, value, i) => sum + Math.max(0, value - (mean[i] ?? 0) ** 2), 0));

/** float64 numbers as sums of three float32, which hold them to the last bit: [3, count]. */
function inFloats(numbers: readonly number[]): NamedArray {
  const values = new Float32Array(3 * numbers.length);
  numbers.forEach((number, i) => {
    let rest = number;
    for (let part = 0; part < 3; part++) {
      const float = Math.fround(rest);
      values[part * numbers.length + i] = float;
      rest -= float;
    }
  });
  return { shape: [3, numbers.length], values };
}

function fromFloats({ shape: [, count = 0], values }: NamedArray): number[] {
  const part = (index: number, i: number): number => values[index * count + i] ?? 0;
  // From the smallest on, so that no digit is lost.
  return Array.from({ length: count }, (_, i) => part(2, i) + part(1, i) + part(0, i));
}
