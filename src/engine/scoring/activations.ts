import { open, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../../files/makeFolder';
import type * as tf from '@tensorflow/tfjs';
import { readNumbers } from '../../tensors/readBack';
import { tensorFrom } from '../../tensors/upload';

/** What is stored of a block: its inputs, or the gradients in them. */
export type Kind = 'inputs' | 'gradients';

/**
 * Hidden states of one unit between the passes, on disk: memory then does not grow with the number of blocks, and a run
 * that was stopped goes on at its block. One file a block, float32, item behind item.
 */
export class Activations {
  /** @param shapes [rows, width] of each item */
  constructor(
    private readonly folder: string,
    private readonly shapes: readonly (readonly [number, number])[],
  ) {}

  /** Copies the tensors out and writes them; they may be freed as soon as the call is made. */
  async write(kind: Kind, layer: number, tensors: readonly tf.Tensor2D[]): Promise<void> {
    const parts = (await Promise.all(tensors.map(readNumbers))).map(bytesOf);
    await makeFolder(this.folder);
    const handle = await open(this.file(kind, layer), 'w');
    try {
      for (const part of parts) await handle.appendFile(part);
      await handle.datasync();
    } finally {
      await handle.close();
    }
  }

  /** Whether a block's file is there and whole. */
  async has(kind: Kind, layer: number): Promise<boolean> {
    const found = await stat(this.file(kind, layer)).catch(() => undefined);
    return found?.size === this.shapes.reduce((sum, [rows, width]) => sum + 4 * rows * width, 0);
  }

  /** The tensors of a block, one an item. */
  async read(kind: Kind, layer: number): Promise<tf.Tensor2D[]> {
    const handle = await open(this.file(kind, layer), 'r');
    const read: tf.Tensor2D[] = [];
    try {
      for (const shape of this.shapes) {
        const values = new Float32Array(shape[0] * shape[1]);
        const bytes = bytesOf(values);
        for (let done = 0; done < bytes.length;) {
          const { bytesRead } = await handle.read(bytes, done, bytes.length - done);
          if (bytesRead === 0) throw new Error(`${this.file(kind, layer)} is cut short.`);
          done += bytesRead;
        }
        read.push(tensorFrom(shape, (target) => target.set(values)) as tf.Tensor2D);
      }
      return read;
    } catch (error) {
      for (const tensor of read) tensor.dispose();
      throw error;
    } finally {
      await handle.close();
    }
  }

  async remove(kind: Kind, layer: number): Promise<void> {
    await rm(this.file(kind, layer), { force: true });
  }

  async removeAll(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  private file(kind: Kind, layer: number): string {
    return path.join(this.folder, `${kind}-${layer}.f32`);
  }
}

const bytesOf = (values: Float32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** Bytes on disk of one unit: inputs of every block and of the head, and two sets of gradients. */
export const activationBytes = (tokens: number, width: number, layers: number): number =>
  4 * tokens * width * (layers + 3);
