import * as tf from '@tensorflow/tfjs';
import type { Module } from '../shared/words';
import type { LayerPass, Pass } from './adapter';
import { routerLoads, type AdaptedModule } from './adapted';
import { meanOverTokens, tokensOf } from './ops/realTokens';
import { kaimingUniform, zeros } from './parameter';
import { TableAdapter } from './tableAdapter';
import { targetOf } from '../shared/targetOf';

export interface LilyOptions {
  /** Neighboring layers that share one A. */
  readonly strideA: number;
  /** B's that all layers draw from. */
  readonly numB: number;
  readonly scaling: number;
  /**
   * What the weights of the B's are made of: the mean over tokens of each one's softmax, as in the published code, or the
   * softmax of the summed logits, as in the paper's equation.
   */
  readonly router: 'mean-of-softmax' | 'softmax-of-sum';
  /** For each sample by itself; else over all samples of a batch, as in the published code. */
  readonly perSample: boolean;
}

/**
 * Lily (arXiv 2407.09946): neighboring layers share A's, and all layers share a pool of B's through a small router of their
 * own. With h = x A and p from h Rᵀ, Δ = s h Σ pₑ Bₑ: the B's are combined first, then multiplied with once.
 */
export class Lily extends TableAdapter {
  private readonly modules: ReadonlyMap<string, AdaptedModule>;

  /** @throws Error where modules of one kind differ in rank: they could not share tensors */
  constructor(
    modules: readonly AdaptedModule[],
    private readonly options: LilyOptions,
    seed: number,
  ) {
    super();
    this.modules = new Map(modules.map((one) => [one.module.path, one]));
    for (const [target, members] of groupBy(modules, ({ module }) => targetOf(module))) {
      const [first] = members;
      if (first === undefined) continue;
      const { rank, module } = first;
      if (members.some((member) => member.rank !== rank)) {
        throw new Error(`Lily shares the tensors of all ${target}, which must have one rank.`);
      }
      for (const [name, sharers] of groupBy(members, ({ module: sharer }) => this.nameOfA(sharer))) {
        this.table.add(layersOf(sharers), kaimingUniform(name, [rank, module.inFeatures], seed));
      }
      const pool = [options.numB * rank, module.outFeatures];
      this.table.add(layersOf(members), zeros(nameOfB(target), pool));
    }
    for (const { module, rank } of modules) {
      const shape = [options.numB, rank];
      this.table.add([module.layer], kaimingUniform(`${module.path}.lily_router`, shape, seed));
    }
  }

  layer(_layer: number, _x: tf.Tensor2D, { batch, tensors, note }: Pass): LayerPass {
    const { numB, perSample, scaling, router } = this.options;
    const means = meanOverTokens(batch, perSample);
    const groups = means.shape[0];
    return {
      adapt: (path, x, y) => {
        const one = this.modules.get(path);
        if (one === undefined) return y;
        const { outFeatures } = one.module;
        const a = tensors(this.nameOfA(one.module)) as tf.Tensor2D;
        const pool = tensors(nameOfB(targetOf(one.module)));
        const h = tf.matMul(x, a, false, true) as tf.Tensor2D;
        const logits = tf.matMul(
          h,
          tensors(`${path}.lily_router`) as tf.Tensor2D,
          false,
          true,
        ) as tf.Tensor2D;
        const weights: tf.Tensor2D =
          router === 'mean-of-softmax'
            ? (tf.matMul(means, tf.softmax(logits)) as tf.Tensor2D)
            : tf.softmax(tf.mul(tf.matMul(means, logits), tokensOf(batch, perSample)) as tf.Tensor2D);
        note(
          `${path}.load`,
          tf.tidy(() => tf.mean(weights, 0)),
        );
        const flat = tf.reshape(pool, [numB, one.rank * outFeatures]) as tf.Tensor2D;
        const combined = tf.reshape(tf.matMul(weights, flat), [groups, one.rank, outFeatures]);
        const rows = tf.reshape(h, [groups, -1, one.rank]);
        const delta = tf.reshape(tf.matMul(rows, combined), y.shape);
        return tf.add(y, tf.mul(delta, scaling));
      },
    };
  }

  routerLoad(noted: ReadonlyMap<string, Float32Array>): Record<string, number[]> {
    return routerLoads(this.modules.keys(), noted);
  }

  private nameOfA(module: Module): string {
    return `lily_A.${targetOf(module)}.${Math.floor(module.layer / this.options.strideA)}`;
  }
}

const nameOfB = (target: string): string => `lily_B.${target}`;

const layersOf = (modules: readonly AdaptedModule[]): number[] => [
  ...new Set(modules.map(({ module }) => module.layer)),
];

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
