import type { Batch } from '../../models/batches';
import type { BlockSpec } from '../../models/spec';
import type { Transformer } from '../../models/transformer';
import { gramIsCheaper } from '../../tensors/perSample';

/** Products of one block, by what they are for, in floating point operations. */
export interface BlockFlops {
  readonly forward: number;
  /** Gradients in the inputs, and the per-sample norms. */
  readonly backward: number;
}

/** Arithmetic of one block for one batch: linear layers, attention, per-sample norms. */
export function blockFlops(model: Transformer, layer: number, batch: Batch): BlockFlops {
  const tokens = batch.members.length * batch.length;
  let forward = 0;
  let norms = 0;
  for (const { inFeatures, outFeatures, layer: of } of model.modules) {
    if (of !== layer) continue;
    forward += 2 * inFeatures * outFeatures;
    norms += gramIsCheaper(batch.length, inFeatures, outFeatures)
      ? 2 * batch.length * (inFeatures + outFeatures)
      : 2 * inFeatures * outFeatures;
  }
  const { heads, headSize } = model.spec.block(layer).attention.q;
  const attention = 2 * 2 * heads * headSize * batch.length;
  return { forward: tokens * (forward + attention), backward: tokens * (forward + 2 * attention + norms) };
}

/** Forward and backward of the head. A classifier's is next to nothing. */
export function headFlops(model: Transformer, batch: Batch): number {
  const { head, vocabulary } = model.spec;
  return head.kind === 'language' ? 4 * batch.positions.length * vocabulary * head.outputWidth : 0;
}

/** All of one batch. @param again whether blocks are computed a second time for the backward pass */
export function batchFlops(model: Transformer, batch: Batch, again: boolean): number {
  let flops = headFlops(model, batch);
  for (let layer = 0; layer < model.layers; layer++) {
    const { forward, backward } = blockFlops(model, layer, batch);
    flops += forward * (again ? 2 : 1) + backward;
  }
  return flops;
}

/** float32 numbers that a block's gradient needs, counted from its shapes. */
export function savedNumbers(spec: BlockSpec, batch: Batch): number {
  const tokens = batch.members.length * batch.length;
  const { q, k, v, out, projections } = spec.attention;
  const qkv = [q, k, v].reduce((sum, { heads, headSize }) => sum + heads * headSize, 0);
  const width = projections[0].inFeatures;
  const [inner, branches] = innerOf(spec);
  // Two norms with their inputs, queries, keys and values, shares, what is mixed, and the mlp's parts.
  const each = 4 * width + qkv + q.heads * batch.length + out.inFeatures + inner * (branches + 1);
  const headNorms = spec.attention.queryNorm === undefined ? 0 : 2 * qkv;
  const caps = spec.attention.cap === undefined ? 0 : q.heads * batch.length;
  return tokens * (each + headNorms + caps);
}

/** What is made and freed again while a block is differentiated: the widest part a few times over. */
export function passingNumbers(spec: BlockSpec, batch: Batch): number {
  const tokens = batch.members.length * batch.length;
  const { q } = spec.attention;
  const [inner] = innerOf(spec);
  const grams = 2 * batch.length;
  return tokens * Math.max(4 * inner, 3 * q.heads * batch.length + 4 * q.heads * q.headSize) + tokens * grams;
}

/** The same where operations are tfjs's own, out of which activations and attention are chains of up to twenty. */
export function passingOnCard(spec: BlockSpec, batch: Batch): number {
  const tokens = batch.members.length * batch.length;
  const { q } = spec.attention;
  const [inner] = innerOf(spec);
  const attention = 8 * q.heads * batch.length + 4 * q.heads * q.headSize;
  return tokens * (Math.max(24 * inner, attention) + 2 * batch.length);
}

/** float32 numbers of the largest tensor that a block makes of a batch. */
export function widestNumbers(spec: BlockSpec, batch: Batch): number {
  const tokens = batch.members.length * batch.length;
  const { q, projections } = spec.attention;
  const widest = [...projections, spec.mlp.down].flatMap(({ inFeatures, outFeatures }) => [
    inFeatures,
    outFeatures,
  ]);
  // A gate and what it gates may come out of one projection.
  return tokens * Math.max(q.heads * batch.length, 2 * spec.mlp.down.inFeatures, ...widest);
}

/** Width of the mlp's inside, and how many tensors of it feed the activation. */
const innerOf = ({ mlp }: BlockSpec): [inner: number, branches: number] => [
  mlp.down.inFeatures,
  mlp.kind === 'plain' ? 1 : 2,
];
