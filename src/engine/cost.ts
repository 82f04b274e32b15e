import type { Batch } from '../models/batches';
import type { CausalModel } from '../models/causalModel';
import { gramIsCheaper } from '../tensors/perSample';
import { LabError } from '../shared/errors';

/** The WebAssembly heap's end, less what the runtime itself holds. */
const heapBytes = 4e9;

/**
 * Arithmetic of scoring one batch, in floating point operations: every linear layer forward twice (once kept, once again
 * for the backward pass) and once for its input's gradient, the per-sample norms, attention, and the head.
 */
export function batchFlops(model: CausalModel, batch: Batch): number {
  const tokens = batch.members.length * batch.length;
  let perToken = 0;
  for (const { inFeatures, outFeatures } of model.modules) {
    const norm = gramIsCheaper(batch.length, inFeatures, outFeatures)
      ? batch.length * (inFeatures + outFeatures)
      : inFeatures * outFeatures;
    perToken += 2 * (3 * inFeatures * outFeatures + norm);
  }
  const attention = 2 * 2 * 4 * model.layers * model.width * batch.length;
  const head = 6 * batch.positions.length * model.vocabulary * model.width;
  return tokens * (perToken + attention) + head;
}

/**
 * What scoring holds at once, in bytes: float32 weights, each block's input, one block's activations and gradients, and
 * the head's logits. Counted from shapes, with a quarter on top for what the allocator wastes.
 */
export function scoringBytes(model: CausalModel, batch: Batch, parameters: number): number {
  const tokens = batch.members.length * batch.length;
  const blockInputs = (model.layers + 1) * tokens * model.width;
  const widest = Math.max(
    ...model.modules.map(({ inFeatures, outFeatures }) => Math.max(inFeatures, outFeatures)),
  );
  const activations = tokens * (20 * model.width + 8 * widest + 6 * model.heads * batch.length);
  const logits = 5 * batch.positions.length * model.vocabulary;
  return 4 * (parameters + 1.25 * (blockInputs + activations + logits));
}

/** @throws LabError out-of-memory before anything is allocated */
export function requireRoom(bytes: number, device: string): void {
  if (!['native', 'wasm'].includes(device) || bytes < heapBytes) return;
  throw new LabError(
    'out-of-memory',
    `Scoring would need about ${(bytes / 1e9).toFixed(1)} GB; the '${device}' device can hold 4 GB.`,
    'Lower score.batch_size or score.max_length, or use a smaller model.',
  );
}
