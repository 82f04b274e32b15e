import * as tf from '@tensorflow/tfjs';
import { LabError, cancelled } from '../shared/errors';
import type { Batch } from '../models/batches';
import type { CausalModel } from '../models/causalModel';
import { freeingTape } from '../tensors/freeTape';
import { gradientSquaredNorms } from '../tensors/perSample';

/** Per-sample results of one batch: [module][member of the batch]. */
export interface BatchScores {
  readonly batch: Batch;
  readonly squaredNorms: readonly Float32Array[];
  /** Mean loss of each member over its own targets. */
  readonly losses: readonly number[];
}

/**
 * Per-sample squared gradient norms ‖∂ℓ_s/∂W‖²_F of every linear module, for one batch; ℓ_s is the sample's own mean
 * loss. Their mean over samples is the trace of W's empirical Fisher information.
 *
 * The forward pass keeps each block's input alone; the backward pass computes a block again and differentiates it, so
 * that memory holds one block's activations however deep the model is.
 *
 * @throws LabError loss-not-finite, cancelled
 */
export async function scoreBatch(
  model: CausalModel,
  batch: Batch,
  signal: AbortSignal,
): Promise<BatchScores> {
  const inputs: tf.Tensor2D[] = [await model.embed(batch)];
  let gradient: tf.Tensor | undefined;
  const byPath = new Map<string, Float32Array>();
  try {
    for (let layer = 0; layer < model.layers; layer++) {
      await breathe(signal);
      await model.loadBlock(layer);
      const input = last(inputs);
      inputs.push(tf.tidy(() => model.block(layer, input, batch)));
    }
    await model.loadHead();
    const head = headGradient(model, last(inputs), batch);
    gradient = head.gradient;
    inputs.pop()?.dispose();
    for (let layer = model.layers - 1; layer >= 0; layer--) {
      await breathe(signal);
      const next: tf.Tensor = blockGradient(model, layer, last(inputs), gradient, batch, byPath);
      tf.dispose([inputs.pop() as tf.Tensor, gradient]);
      gradient = next;
    }
    const squaredNorms = model.modules.map(
      ({ path }) => byPath.get(path) ?? new Float32Array(batch.members.length),
    );
    return { batch, squaredNorms, losses: head.losses };
  } finally {
    tf.dispose(inputs);
    gradient?.dispose();
  }
}

/** The gradient in the last hidden states, and the losses: read inside the pass, so that a bad one ends it. */
function headGradient(model: CausalModel, x: tf.Tensor2D, batch: Batch) {
  let losses: readonly number[] = [];
  const differentiate = tf.valueAndGrad((hidden: tf.Tensor) => {
    const loss = model.targetLoss(hidden as tf.Tensor2D, batch);
    losses = lossesOf(batch, loss.dataSync() as Float32Array);
    return tf.sum(tf.mul(loss, tf.tensor1d(batch.weights))) as tf.Scalar;
  });
  const { grad, value } = freeingTape(() => differentiate(x) as { grad: tf.Tensor; value: tf.Tensor });
  value.dispose();
  return { gradient: grad, losses };
}

/** Mean loss per member, summed in float64. */
function lossesOf(batch: Batch, perTarget: Float32Array): number[] {
  const losses = new Array<number>(batch.members.length).fill(0);
  batch.positions.forEach((position, index) => {
    const member = Math.floor(position / batch.length);
    losses[member] = (losses[member] ?? 0) + (perTarget[index] ?? 0) * (batch.weights[index] ?? 0);
  });
  const bad = losses.findIndex((loss) => !Number.isFinite(loss));
  if (bad >= 0) {
    throw new LabError(
      'loss-not-finite',
      `The loss of sample ${batch.members[bad]} is ${losses[bad]}.`,
      'Check the sample, or whether the checkpoint overflows in float32.',
    );
  }
  return losses;
}

/** The gradient in a block's input; every linear layer's per-sample norms go into `byPath` on the way. */
function blockGradient(
  model: CausalModel,
  layer: number,
  input: tf.Tensor2D,
  gradient: tf.Tensor,
  batch: Batch,
  byPath: Map<string, Float32Array>,
): tf.Tensor {
  const members = batch.members.length;
  const differentiate = tf.grad((x: tf.Tensor) =>
    model.block(layer, x as tf.Tensor2D, batch, (path, rows, dy) => {
      const norms = gradientSquaredNorms(rows, dy, members);
      byPath.set(path, norms.dataSync() as Float32Array);
      norms.dispose();
    }),
  );
  return freeingTape(() => differentiate(input, gradient));
}

/** Lets messages in: without it a cancel or a heartbeat would wait for the whole batch. */
export async function breathe(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (signal.aborted) throw cancelled();
}

function last<T>(items: readonly T[]): T {
  const item = items.at(-1);
  if (item === undefined) throw new Error('The list is empty.');
  return item;
}
