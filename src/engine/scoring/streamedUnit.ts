import * as tf from '@tensorflow/tfjs';
import type { Labels } from '../../models/heads/head';
import type { Transformer } from '../../models/transformer';
import { Activations } from './activations';
import { blockBackward, blockForward } from './blockPass';
import { breathe } from './breathe';
import { endGroupBehind, recorded, wholeOf, type Gathering } from './gathering';
import type { UnitOrder } from './unitRunner';
import type { Update } from './work';

/**
 * One unit block by block: all its batches go through a block while its weights are there, and the bytes of the next one are
 * read meanwhile. Between the passes hidden states lie on disk.
 */
export class StreamedUnit {
  private readonly stored: Activations;

  constructor(
    private readonly model: Transformer,
    private readonly order: UnitOrder,
    private readonly labels: Labels,
    private readonly gathering: Gathering,
    private readonly report: (update: Update) => void,
    private readonly signal: AbortSignal,
  ) {
    const { width } = model.spec;
    const shapes = order.items.map(({ batch }) => [batch.members.length * batch.length, width] as const);
    this.stored = new Activations(order.folder, shapes);
  }

  async run(): Promise<void> {
    const { backward, forward } = this.order.progress;
    const goesOn = backward !== undefined && (await this.hasAllBelow(backward));
    if (!goesOn) await this.head(await this.forward(forward));
    await this.backward(goesOn ? backward : this.model.layers);
    await this.stored.removeAll();
  }

  /** @returns hidden states behind the last block, one tensor an item */
  private async forward(from: number | undefined): Promise<tf.Tensor2D[]> {
    const { model, stored } = this;
    const { items } = this.order;
    const goesOn = from !== undefined && (await this.hasInputs(from));
    const start = goesOn ? from : 0;
    const hidden = goesOn ? await stored.read('inputs', start) : [];
    try {
      if (!goesOn) for (const { batch } of items) hidden.push(await model.embed(batch));
      // Not before: what an embedding loads itself would take its place.
      model.readAhead(start);
      if (!goesOn) await this.keep(0, hidden);
      for (let layer = start; layer < model.layers; layer++) {
        await model.loadBlock(layer);
        model.readAhead(layer + 1);
        for (const [i, { batch }] of items.entries()) {
          await breathe(this.signal);
          const input = hidden[i] as tf.Tensor2D;
          hidden[i] = blockForward(model, layer, input, batch);
          input.dispose();
        }
        // The last block is the first one that the backward pass wants.
        if (layer < model.layers - 1) model.releaseBlock(layer);
        await this.keep(layer + 1, hidden);
      }
      return hidden;
    } catch (error) {
      tf.dispose(hidden);
      throw error;
    }
  }

  private async keep(layer: number, hidden: readonly tf.Tensor2D[]): Promise<void> {
    await this.stored.write('inputs', layer, hidden);
    this.report({ kind: 'forward', unit: this.order.unit.index, layer });
  }

  /** @param hidden states behind the last block; freed */
  private async head(hidden: readonly tf.Tensor2D[]): Promise<void> {
    const { model, stored } = this;
    try {
      const inputs = this.order.items.map(({ batch }, i) => ({ x: hidden[i] as tf.Tensor2D, batch }));
      const outcomes = await model.head.runStreamed(inputs, this.labels);
      const gradients = outcomes.map(({ gradient }) => gradient);
      const written = stored.write('gradients', model.layers, gradients);
      tf.dispose(gradients);
      await written;
      const losses = outcomes.map((outcome) => outcome.losses);
      this.report({ kind: 'losses', unit: this.order.unit.index, losses });
    } finally {
      tf.dispose([...hidden]);
    }
    model.head.dispose();
  }

  /** @param from the last block that was differentiated, or the number of blocks */
  private async backward(from: number): Promise<void> {
    const { model, stored, order, report } = this;
    const gradients = await stored.read('gradients', from);
    try {
      for (let layer = from - 1; layer >= 0; layer--) {
        await model.loadBlock(layer);
        model.readAhead(layer - 1);
        const norms = await this.differentiate(layer, gradients);
        model.releaseBlock(layer);
        await stored.write('gradients', layer, gradients);
        report({ kind: 'layer', unit: order.unit.index, layer, norms });
        // One step is kept back: the engine may be killed before it has noted this one.
        await stored.remove('gradients', layer + 2);
        await stored.remove('inputs', layer + 2);
      }
    } finally {
      tf.dispose(gradients);
    }
  }

  /**
   * @param gradients in the block's outputs, one an item; replaced by those in its inputs
   * @returns [item][row][member]
   */
  private async differentiate(layer: number, gradients: tf.Tensor2D[]): Promise<number[][][]> {
    const { model, order, gathering } = this;
    const modules = model.modules.filter((module) => module.layer === layer);
    const inputs = await this.stored.read('inputs', layer);
    const norms: number[][][] = [];
    try {
      for (const [i, { batch }] of order.items.entries()) {
        await breathe(this.signal);
        const [input, gradient] = [inputs[i] as tf.Tensor2D, gradients[i] as tf.Tensor2D];
        const pass = await recorded(batch, modules, gathering, (recorder) => {
          // In place at once: the old gradient is used up, and the new one is freed with the others if this fails later.
          gradients[i] = blockBackward(model, layer, input, gradient, batch, recorder);
        });
        norms.push(pass.norms);
        await endGroupBehind(gathering, modules, model, order, i);
      }
      const { means } = gathering;
      if (means !== undefined) this.report(await wholeOf(means, modules, model, order));
      return norms;
    } finally {
      tf.dispose(inputs);
    }
  }

  /** Whether all is there that the blocks below `layer` need to be differentiated. */
  private async hasAllBelow(layer: number): Promise<boolean> {
    return (await this.stored.has('gradients', layer)) && this.hasInputs(layer - 1);
  }

  /** Whether the inputs of all blocks up to `layer` are there. */
  private async hasInputs(layer: number): Promise<boolean> {
    const each = Array.from({ length: layer + 1 }, (_, below) => this.stored.has('inputs', below));
    return (await Promise.all(each)).every(Boolean);
  }
}
