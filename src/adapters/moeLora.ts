import * as tf from '@tensorflow/tfjs';
import type { LayerPass, Pass } from './adapter';
import { routerLoads, type AdaptedModule } from './adapted';
import { scalingOf, type LoraOptions } from './lora';
import { addLora } from './ops/addLora';
import { dropout } from './ops/dropout';
import { balanced, repeated, softmaxOver, spread, topExperts } from './ops/mixture';
import { meanOverTokens } from './ops/realTokens';
import { kaimingUniform, zeros } from './parameter';
import { TableAdapter } from './tableAdapter';

export interface MoeLoraOptions extends LoraOptions {
  /**
   * `hydra`: one A, N B's, all of them used by each token with the router's softmax as weights (HydraLoRA, arXiv 2404.19245,
   * which FLoE trains). `mola`: N pairs of A and B, of which each token uses the `topK` with the largest logits, their
   * softmax renormalised (MoLA, arXiv 2402.08562; LoRA-SMoE).
   */
  readonly form: 'hydra' | 'mola';
  readonly topK: number;
  /** Coefficient of the load-balance loss; MoLA's 0.001. Not for `hydra`, whose experts all see every token. */
  readonly balance: number;
}

/**
 * Mixtures of LoRA experts, with as many experts in each module as the plan says: y = W x + s Σ pᵢ Bᵢ Aᵢ x, where the router
 * reads x: p = softmax(R x). A module with one expert is plain LoRA without a router.
 *
 * Tensors hold all experts of a module: A [N · r, in] (`hydra`: [r, in]), B [out, N · r], so that they are one product each.
 */
export class MoeLora extends TableAdapter {
  private readonly modules: ReadonlyMap<string, AdaptedModule>;

  constructor(
    modules: readonly AdaptedModule[],
    private readonly options: MoeLoraOptions,
    seed: number,
  ) {
    super();
    this.modules = new Map(modules.map((one) => [one.module.path, one]));
    for (const { module, rank, experts } of modules) {
      const { path, layer, inFeatures, outFeatures } = module;
      const pairs = options.form === 'mola' ? experts : 1;
      this.table.add([layer], kaimingUniform(`${path}.lora_A`, [pairs * rank, inFeatures], seed));
      this.table.add([layer], zeros(`${path}.lora_B`, [outFeatures, experts * rank]));
      if (experts > 1) this.table.add([layer], kaimingUniform(`${path}.router`, [experts, inFeatures], seed));
    }
  }

  layer(_layer: number, _x: tf.Tensor2D, pass: Pass): LayerPass {
    const { tensors, training, seed } = pass;
    const rate = training ? this.options.dropout : 0;
    // The same rows for all modules of the layer.
    const real = meanOverTokens(pass.batch, false);
    return {
      adapt: (path, input, y) => {
        const one = this.modules.get(path);
        if (one === undefined) return y;
        const scaling = scalingOf(one, this.options.rankStabilized);
        const a = tensors(`${path}.lora_A`) as tf.Tensor2D;
        const b = tensors(`${path}.lora_B`) as tf.Tensor2D;
        const x = dropout(input, rate, seed, path);
        if (one.experts === 1) return addLora(x, y, a, b, scaling);
        const h = tf.matMul(x, a, false, true) as tf.Tensor2D;
        const each = this.options.form === 'mola' ? h : repeated(h, one.experts);
        const weights = spread(this.route(input, one, real, pass), one.rank);
        const delta = tf.matMul(tf.mul(each, weights) as tf.Tensor2D, b, false, true);
        return tf.add(y, tf.mul(delta, scaling));
      },
    };
  }

  routerLoad(noted: ReadonlyMap<string, Float32Array>): Record<string, number[]> {
    return routerLoads(this.modules.keys(), noted);
  }

  /** Each token's weights of the experts: [rows, experts]. */
  private route(
    x: tf.Tensor2D,
    { module, experts }: AdaptedModule,
    real: tf.Tensor2D,
    { tensors, training, share, note }: Pass,
  ): tf.Tensor2D {
    const router = tensors(`${module.path}.router`) as tf.Tensor2D;
    const logits = tf.matMul(x, router, false, true) as tf.Tensor2D;
    const { form, topK, balance } = this.options;
    if (form === 'hydra') {
      const shares = tf.softmax(logits);
      note(`${module.path}.load`, tf.matMul(real, shares));
      return shares;
    }
    const k = Math.min(topK, experts);
    const chosen = topExperts(logits, k);
    const load = tf.tidy(() => tf.div(tf.matMul(real, chosen), k) as tf.Tensor2D);
    note(`${module.path}.load`, load);
    if (!training || balance === 0) return softmaxOver(logits, chosen);
    const column = tf.reshape(real, [-1, 1]) as tf.Tensor2D;
    const probabilities = balanced(tf.softmax(logits), load, column, balance * share);
    // The softmax over all, renormalised over the chosen: what `softmaxOver` computes, with the loss's gradient on the way.
    const masked = tf.mul(probabilities, chosen);
    return tf.div(masked, tf.sum(masked, 1, true));
  }
}
