import type * as tf from '@tensorflow/tfjs';
import type { LayerPass, Pass } from './adapter';
import type { AdaptedModule } from './adapted';
import { addLora } from './ops/addLora';
import { dropout } from './ops/dropout';
import { kaimingUniform, zeros } from './parameter';
import { TableAdapter } from './tableAdapter';

export interface LoraOptions {
  /** Dropout on the adapter's input while training. */
  readonly dropout: number;
  /** Scale by alpha / √rank instead of alpha / rank (rsLoRA, arXiv 2312.03732). */
  readonly rankStabilized: boolean;
}

/** What B A is multiplied by. */
export const scalingOf = (
  { rank, alpha }: Pick<AdaptedModule, 'rank' | 'alpha'>,
  rankStabilized: boolean,
): number => alpha / (rankStabilized ? Math.sqrt(rank) : rank);

/**
 * LoRA (Hu et al. 2021, arXiv 2106.09685): y = W x + s B A x. A is Kaiming-uniform and B zero, so that training begins at the
 * model itself.
 */
export class Lora extends TableAdapter {
  private readonly scalings: ReadonlyMap<string, number>;

  constructor(
    modules: readonly AdaptedModule[],
    private readonly options: LoraOptions,
    seed: number,
  ) {
    super();
    for (const { module, rank } of modules) {
      const { path, layer, inFeatures, outFeatures } = module;
      this.table.add([layer], kaimingUniform(`${path}.lora_A`, [rank, inFeatures], seed));
      this.table.add([layer], zeros(`${path}.lora_B`, [outFeatures, rank]));
    }
    this.scalings = new Map(modules.map((one) => [one.module.path, scalingOf(one, options.rankStabilized)]));
  }

  layer(_layer: number, _x: tf.Tensor2D, { tensors, training, seed }: Pass): LayerPass {
    const rate = training ? this.options.dropout : 0;
    return {
      adapt: (path, x, y) => {
        const scaling = this.scalings.get(path);
        if (scaling === undefined) return y;
        const [a, b] = [tensors(`${path}.lora_A`), tensors(`${path}.lora_B`)] as [tf.Tensor2D, tf.Tensor2D];
        return addLora(dropout(x, rate, seed, path), y, a, b, scaling);
      },
    };
  }
}
