import * as tf from '@tensorflow/tfjs';
import type { Batch } from '../../models/batches';
import type { Transformer } from '../../models/transformer';
import { InputMoments } from './inputMoments';

/** Moments of the inputs of a block's modules. Modules that are given the very same tensor share one. */
export class BlockInputs {
  private readonly moments = new Map<string, InputMoments>();

  /**
   * One batch through the block, whose weights are loaded.
   * @param x the block's input
   * @returns its output
   */
  async forward(model: Transformer, layer: number, x: tf.Tensor2D, batch: Batch): Promise<tf.Tensor2D> {
    const rows = rowsOfHalves(batch);
    const seen = new Map<object, InputMoments>();
    const pending: (() => Promise<void>)[] = [];
    const output = tf.tidy(() =>
      model.block(layer, x, batch, undefined, (path, input, result) => {
        const known = seen.get(input.dataId) ?? this.moments.get(path);
        const moments = known ?? new InputMoments(input.shape[1]);
        if (!seen.has(input.dataId)) pending.push(moments.add(input, rows));
        seen.set(input.dataId, moments);
        this.moments.set(path, moments);
        return result;
      }),
    );
    try {
      for (const add of pending) await add();
      return output;
    } catch (error) {
      output.dispose();
      throw error;
    }
  }

  /** Each input once, with the modules that are given it. */
  distinct(): Map<InputMoments, string[]> {
    const paths = new Map<InputMoments, string[]>();
    for (const [path, moments] of this.moments) paths.set(moments, [...(paths.get(moments) ?? []), path]);
    return paths;
  }

  dispose(): void {
    for (const moments of this.moments.values()) moments.dispose();
    this.moments.clear();
  }
}

/** Rows of the even and of the odd samples in the batch, without padding. */
function rowsOfHalves({ members, length, lengths }: Batch): [Int32Array, Int32Array] {
  const halves: [number[], number[]] = [[], []];
  members.forEach((sample, member) => {
    const half = halves[sample % 2 === 0 ? 0 : 1];
    for (let t = 0; t < (lengths[member] ?? 0); t++) half.push(member * length + t);
  });
  return [Int32Array.from(halves[0]), Int32Array.from(halves[1])];
}
