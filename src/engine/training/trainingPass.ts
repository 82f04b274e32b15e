import * as tf from '@tensorflow/tfjs';
import type { Adapter, Pass } from '../../adapters/adapter';
import type { Batch } from '../../models/batches';
import type { HeadInput, HeadVerdict, TrainedWeights } from '../../models/heads/head';
import type { Transformer } from '../../models/transformer';
import { readNumbers } from '../../tensors/readBack';
import { trace, type Traced } from '../../tensors/tape';
import { addInto } from './addInto';
import type { Placed } from './placed';

/** How a pass spends memory. */
export interface PassMemory {
  /** Blocks are computed again on the way back, one at a time, so that one block's activations are held. */
  readonly recompute: boolean;
  /** A block's weights are read from disk when it is computed, and freed behind it. */
  readonly streaming: boolean;
}

/** A batch, with what it counts in its step. */
export interface TrainingBatch {
  readonly batch: Batch;
  /** What the gradient of the members' summed losses is multiplied by; 1 where the batch's own weights say it. */
  readonly scale: number;
  /** Its share of the step's tokens. */
  readonly share: number;
  readonly seed: number;
}

export interface PassResult {
  /** The batch's part of the step's loss. */
  readonly loss: number;
  /** Of each member by itself, as the batch weighs its targets. */
  readonly losses: readonly number[];
  /** Gradient of that part in each trained parameter. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
  /** What the adapter noted, weighed by the batch's share. */
  readonly noted: ReadonlyMap<string, Float32Array>;
}

/** Forward and backward through a model whose adapters are trained. Nothing but their parameters gets a gradient. */
export class TrainingPass {
  constructor(
    private readonly model: Transformer,
    private readonly adapter: Adapter,
    private readonly placed: Placed,
    private readonly memory: PassMemory,
  ) {}

  /** @throws LabError loss-not-finite, and what devices throw */
  async gradients({ batch, scale, share, seed }: TrainingBatch): Promise<PassResult> {
    const noted = new Map<string, tf.Tensor>();
    const note = (name: string, value: tf.Tensor): void => {
      noted.get(name)?.dispose();
      noted.set(name, tf.keep(value));
    };
    const pass: Pass = { batch, tensors: this.placed.tensor, training: true, share, seed, note };
    const segments = this.segments();
    const inputs: tf.Tensor2D[] = [];
    const found = new Map<string, Float32Array>();
    let open: Traced | undefined;
    let above: tf.Tensor2D | undefined;
    let own: tf.Tensor2D | undefined;
    try {
      inputs.push(await this.below(pass));
      for (const segment of segments.slice(0, -1)) {
        inputs.push(await this.forward(segment, inputs.at(-1) as tf.Tensor2D, pass));
      }
      let losses: readonly number[] = [];
      for (let index = segments.length - 1; index >= 0; index--) {
        const segment = segments[index] as readonly number[];
        const x = (own = inputs.pop() as tf.Tensor2D);
        await this.load(segment);
        // The lowest adapter's input needs no gradient.
        const below = index === 0 ? [] : [x];
        const trained = this.trainedIn(segment);
        open = trace([...below, ...trained.map(this.placed.tensor)], () => this.blocks(segment, x, pass));
        if (above === undefined) {
          const outcome = await this.model.head.run(
            { x: open.value as tf.Tensor2D, batch, trained: this.head() },
            { kind: 'empirical' },
          );
          losses = outcome.losses;
          above = scaled(outcome.gradient, scale);
          const ofHead = [...(outcome.weightGradients ?? [])];
          await take(
            ofHead.map(([, gradient]) => scaled(gradient, scale)),
            ofHead.map(([name]) => name),
            found,
          );
        }
        const given = above;
        above = undefined;
        const gradients = open.pullback(given);
        open.dispose();
        open = undefined;
        x.dispose();
        own = undefined;
        above = index === 0 ? undefined : (gradients.shift() as tf.Tensor2D);
        await take(gradients, trained, found);
        this.release(segment, index === 0 ? undefined : segments[index - 1]);
      }
      const loss = scale * losses.reduce((sum, one) => sum + one, 0);
      return { loss, losses, gradients: found, noted: await weighed(noted, share) };
    } finally {
      open?.dispose();
      tf.dispose([...inputs, ...noted.values()]);
      tf.dispose([own, above].filter((tensor) => tensor !== undefined));
    }
  }

  /** Losses and predictions as the adapters are now, without a gradient. */
  async judge(batch: Batch): Promise<HeadVerdict> {
    const pass: Pass = {
      ...{ batch, tensors: this.placed.tensor, training: false, share: 1, seed: 0 },
      note: () => undefined,
    };
    let x = await this.below(pass);
    try {
      for (const segment of this.segments()) {
        const before = x;
        x = await this.forward(segment, before, pass);
        before.dispose();
      }
      const input: HeadInput = { x, batch, trained: this.head() };
      return await this.model.head.judge(input);
    } finally {
      x.dispose();
    }
  }

  /** What is trained of the head, on the device. */
  private head(): TrainedWeights | undefined {
    const { head } = this.adapter;
    return head && new Map(head.map(({ name }) => [name, this.placed.tensor(name)]));
  }

  /** Blocks from the lowest adapter on, as they are put on a tape together. */
  private segments(): readonly (readonly number[])[] {
    const [first = 0] = this.adapter.layers;
    const layers = Array.from({ length: this.model.layers - first }, (_, index) => first + index);
    return this.memory.recompute || this.memory.streaming ? layers.map((layer) => [layer]) : [layers];
  }

  /** Hidden states where the lowest adapter begins: [rows, width]. */
  private async below(pass: Pass): Promise<tf.Tensor2D> {
    const [first = 0] = this.adapter.layers;
    let x = await this.model.embed(pass.batch);
    for (let layer = 0; layer < first; layer++) {
      const before = x;
      try {
        x = await this.forward([layer], before, pass);
      } finally {
        before.dispose();
      }
    }
    return x;
  }

  private async forward(segment: readonly number[], x: tf.Tensor2D, pass: Pass): Promise<tf.Tensor2D> {
    await this.load(segment);
    const y = tf.tidy(() => this.blocks(segment, x, { ...pass, note: () => undefined }));
    this.release(segment, [(segment.at(-1) ?? 0) + 1]);
    return y;
  }

  private blocks(segment: readonly number[], x: tf.Tensor2D, pass: Pass): tf.Tensor2D {
    const { batch } = pass;
    return segment.reduce(
      // A scope a block: what its gradient does not need goes at once.
      (input, layer) =>
        tf.tidy(() => {
          const { adapt } = this.adapter.layer(layer, input, pass);
          return this.model.block(layer, input, batch, undefined, adapt);
        }),
      x,
    );
  }

  private trainedIn(segment: readonly number[]): string[] {
    const names = segment.flatMap((layer) =>
      this.adapter.parametersOf(layer).flatMap(({ name, trained }) => (trained ? [name] : [])),
    );
    return [...new Set(names)];
  }

  private async load(segment: readonly number[]): Promise<void> {
    for (const layer of segment) await this.model.loadBlock(layer);
  }

  /** @param next what is computed next: its weights begin to be read */
  private release(segment: readonly number[], next: readonly number[] | undefined): void {
    if (!this.memory.streaming) return;
    for (const layer of segment) this.model.releaseBlock(layer);
    for (const layer of next ?? []) this.model.readAhead(layer);
  }
}

function scaled<T extends tf.Tensor>(gradient: T, scale: number): T {
  if (scale === 1) return gradient;
  const product = tf.mul(gradient, scale) as T;
  gradient.dispose();
  return product;
}

/** Adds gradients to those of the same parameters from other blocks; frees the tensors. */
async function take(
  tensors: readonly tf.Tensor[],
  names: readonly string[],
  sums: Map<string, Float32Array>,
): Promise<void> {
  const reading = Promise.all(tensors.map((tensor) => readNumbers(tensor)));
  tf.dispose([...tensors]);
  (await reading).forEach((values, index) => {
    const name = names[index] ?? '';
    const sum = sums.get(name);
    if (sum === undefined) sums.set(name, Float32Array.from(values));
    else addInto(sum, values);
  });
}

async function weighed(
  noted: ReadonlyMap<string, tf.Tensor>,
  share: number,
): Promise<Map<string, Float32Array>> {
  const values = await Promise.all(
    [...noted].map(async ([name, tensor]) => [name, await readNumbers(tensor)] as const),
  );
  return new Map(values.map(([name, numbers]) => [name, numbers.map((value) => value * share)]));
}
