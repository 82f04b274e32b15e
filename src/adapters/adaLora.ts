import * as tf from '@tensorflow/tfjs';
import type { LayerPass, Pass, Reallocation, StepTaken } from './adapter';
import type { AdaptedModule } from './adapted';
import {
  budgetAt,
  isSettled,
  prune,
  prunesAt,
  type AdaLoraSchedule,
  type Triplet,
} from './allocation/adaLoraBudget';
import { orthogonality, type Factor } from './allocation/orthogonality';
import { scoresOfTriplets, TripletScores } from './allocation/tripletScores';
import { addLora } from './ops/addLora';
import { dropout } from './ops/dropout';
import { normal, zeros } from './parameter';
import type { NamedArray } from '../shared/namedArray';
import { TableAdapter } from './tableAdapter';

export interface AdaLoraOptions {
  /** Mean rank at the end; that at the start is the modules' own. */
  readonly targetRank: number;
  /** Steps before the first pruning. */
  readonly warmup: number;
  /** Steps at the end without pruning. */
  readonly final: number;
  /** Steps between two prunings. */
  readonly interval: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly orthogonality: number;
  readonly dropout: number;
}

const matrices = ['lora_A', 'lora_E', 'lora_B'] as const;

/**
 * AdaLoRA (Zhang et al. 2023, arXiv 2303.10512) as PEFT computes it: y = W x + s B (E ∘ A x), with A and B kept near
 * orthonormal, so that E holds singular values. Triplets of a row of A, an entry of E and a column of B are scored by
 * sensitivity and its uncertainty; those with the lowest scores over all matrices get E = 0, until the budget holds.
 */
export class AdaLora extends TableAdapter {
  private readonly scores: TripletScores;
  private readonly modules: ReadonlyMap<string, AdaptedModule>;
  /** Which triplets stayed at the last pruning, by `path:index`; all where there was none. */
  private kept: ReadonlySet<string> | undefined;

  constructor(
    modules: readonly AdaptedModule[],
    private readonly options: AdaLoraOptions,
    seed: number,
  ) {
    super();
    const { beta1, beta2 } = options;
    this.scores = new TripletScores({ beta1, beta2 });
    this.modules = new Map(modules.map((one) => [one.module.path, one]));
    for (const { module, rank } of modules) {
      const { path, layer, inFeatures, outFeatures } = module;
      // PEFT's initialisation: E alone is zero.
      this.table.add([layer], normal(`${path}.lora_A`, [rank, inFeatures], 0.02, seed));
      this.table.add([layer], zeros(`${path}.lora_E`, [rank, 1]));
      this.table.add([layer], normal(`${path}.lora_B`, [outFeatures, rank], 0.02, seed));
    }
  }

  /** Rank of each module: entries of E that were not pruned. */
  ranks(): Record<string, number> {
    const { kept } = this;
    return Object.fromEntries(
      [...this.modules].map(([path, { rank }]) => [
        path,
        kept === undefined
          ? rank
          : Array.from({ length: rank }, (_, index) => kept.has(`${path}:${index}`)).filter(Boolean).length,
      ]),
    );
  }

  layer(_layer: number, _x: tf.Tensor2D, { tensors, training, seed }: Pass): LayerPass {
    const rate = training ? this.options.dropout : 0;
    return {
      adapt: (path, x, y) => {
        const one = this.modules.get(path);
        if (one === undefined) return y;
        const [a, e, b] = matrices.map((name) => tensors(`${path}.${name}`)) as [
          tf.Tensor2D,
          tf.Tensor2D,
          tf.Tensor2D,
        ];
        // B's columns by E: as good as A's rows, and smaller than the tokens.
        const up = tf.mul(b, tf.reshape(e, [1, one.rank])) as tf.Tensor2D;
        // The rank at the start, whatever was pruned: PEFT's `ranknum`.
        return addLora(dropout(x, rate, seed, path), y, a, up, one.alpha / (one.rank + 1e-5));
      },
    };
  }

  regularize(gradients: ReadonlyMap<string, Float32Array>): number {
    const factors = [...this.modules].flatMap(([path, { rank }]): Factor[] =>
      (['lora_A', 'lora_B'] as const).map((name) => {
        const gradient = gradients.get(`${path}.${name}`);
        return {
          ...{ values: this.table.get(`${path}.${name}`).values, rank },
          orthonormal: name === 'lora_A' ? 'rows' : 'columns',
          ...(gradient === undefined ? {} : { gradient }),
        };
      }),
    );
    return orthogonality(factors, this.options.orthogonality);
  }

  afterStep({ step, steps, gradients }: StepTaken): Reallocation | undefined {
    const schedule = this.schedule(steps);
    if (isSettled(step, schedule)) {
      this.mask();
      return undefined;
    }
    // As in PEFT: the last pruning goes by the scores of the step before it.
    for (const { name, values } of step < steps - this.options.final ? this.table.all : []) {
      const gradient = gradients.get(name);
      if (gradient !== undefined) this.scores.update(name, values, gradient);
    }
    if (!prunesAt(step, schedule)) return undefined;
    const stay = prune(this.triplets(), budgetAt(step, schedule));
    this.kept = new Set(stay.map(({ module, index }) => `${module}:${index}`));
    this.mask();
    return { ranks: this.ranks() };
  }

  hasFinalSize(step: number, steps: number): boolean {
    return step >= steps - this.options.final;
  }

  state(): ReadonlyMap<string, NamedArray> {
    const state = new Map<string, NamedArray>(
      [...this.scores.state()].map(([name, values]) => [name, { shape: [values.length], values }]),
    );
    if (this.kept === undefined) return state;
    for (const [path, { rank }] of this.modules) {
      const values = Float32Array.from({ length: rank }, (_, i) => (this.kept?.has(`${path}:${i}`) ? 1 : 0));
      state.set(`${path}.kept`, { shape: [rank], values });
    }
    return state;
  }

  override restore(kept: ReadonlyMap<string, NamedArray>): void {
    super.restore(kept);
    const arrays = new Map([...kept].map(([name, { values }]) => [name, values]));
    this.scores.restore(
      arrays,
      this.table.all.map(({ name }) => name),
    );
    const masks = [...this.modules.keys()].flatMap((path) => {
      const mask = arrays.get(`${path}.kept`);
      return mask === undefined ? [] : [[path, mask] as const];
    });
    this.kept =
      masks.length === 0
        ? undefined
        : new Set(
            masks.flatMap(([path, mask]) =>
              [...mask.keys()].flatMap((i) => (mask[i] === 1 ? [`${path}:${i}`] : [])),
            ),
          );
  }

  private schedule(steps: number): AdaLoraSchedule {
    const { targetRank, warmup, final, interval } = this.options;
    const ranks = [...this.modules.values()].map(({ rank }) => rank);
    return {
      ...{ steps, warmup, final, interval },
      initial: ranks.reduce((sum, rank) => sum + rank, 0),
      target: targetRank * ranks.length,
    };
  }

  private triplets(): Triplet[] {
    return [...this.modules.keys()].flatMap((module) => {
      const [a, e, b] = matrices.map((name) => this.scores.score(`${module}.${name}`)) as [
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      return Array.from(scoresOfTriplets(e, a, b), (score, index) => ({ module, index, score }));
    });
  }

  private mask(): void {
    const { kept } = this;
    if (kept === undefined) return;
    for (const path of this.modules.keys()) {
      const { values } = this.table.get(`${path}.lora_E`);
      values.forEach((_, index) => {
        if (!kept.has(`${path}:${index}`)) values[index] = 0;
      });
    }
  }
}
