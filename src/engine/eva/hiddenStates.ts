import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { Activations } from '../scoring/activations';

/** More than this goes to disk. */
const keptBytes = 128e6;

/** Hidden states of every batch between two blocks: on the device where they are few, else on disk. */
export class HiddenStates {
  private readonly kept = new Map<number, tf.Tensor2D>();
  private readonly stored: readonly Activations[] | undefined;

  /**
   * @param folder where they lie on disk
   * @param shapes [rows, width] of each batch
   */
  constructor(folder: string, shapes: readonly (readonly [number, number])[]) {
    if (hiddenBytes(shapes) > keptBytes)
      this.stored = shapes.map((shape, item) => new Activations(path.join(folder, `batch-${item}`), [shape]));
  }

  /** @param x the input of a block; belongs to the callee */
  async put(item: number, layer: number, x: tf.Tensor2D): Promise<void> {
    const stored = this.stored?.[item];
    if (stored === undefined) {
      this.kept.set(item, x);
      return;
    }
    const written = stored.write('inputs', layer, [x]);
    x.dispose();
    await written;
    await stored.remove('inputs', layer - 1);
  }

  /** The caller's to free. */
  async take(item: number, layer: number): Promise<tf.Tensor2D> {
    const [x] =
      this.stored === undefined
        ? [this.kept.get(item)]
        : ((await this.stored[item]?.read('inputs', layer)) ?? []);
    this.kept.delete(item);
    if (x === undefined) throw new Error(`Batch ${item} has no input of block ${layer}.`);
    return x;
  }

  dispose(): void {
    tf.dispose([...this.kept.values()]);
    this.kept.clear();
  }
}

/** Twice where they go to disk: the inputs of two blocks are there while one is computed. */
export const hiddenDiskBytes = (shapes: readonly (readonly [number, number])[]): number =>
  hiddenBytes(shapes) > keptBytes ? 2 * hiddenBytes(shapes) : 0;

const hiddenBytes = (shapes: readonly (readonly [number, number])[]): number =>
  shapes.reduce((sum, [rows, width]) => sum + 4 * rows * width, 0);
