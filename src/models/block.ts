import * as tf from '@tensorflow/tfjs';
import { attention } from '../tensors/ops/attention';
import { activate, addResidual, gate, gateHalves } from '../tensors/ops/elementwise';
import type { RotaryTables } from '../tensors/primitives/primitives';
import { normShapes } from './normTensors';
import type { RotaryForm } from './rotary';
import type { AttentionSpec, BlockSpec, LinearSpec, MlpSpec, NormSpec } from './spec';

/** What a block computes with: weights frozen and recorded for scoring, or trained. */
export interface BlockParts {
  /** @param x [rows, in] @param bottom nothing below wants a gradient @returns [rows, out] */
  linear(x: tf.Tensor2D, spec: LinearSpec, bottom: boolean): tf.Tensor2D;
  /** @param x [rows, spec.width] */
  norm(x: tf.Tensor2D, spec: NormSpec): tf.Tensor2D;
  rotary(form: RotaryForm): RotaryTables;
}

/** Samples of a batch, padded on the right to one length. */
export interface BlockShape {
  readonly batch: number;
  readonly length: number;
  readonly lengths: Int32Array;
  /** The first block: its own input wants no gradient. */
  readonly bottom: boolean;
}

/**
 * One transformer block of any family (spec.ts says how its parts are joined).
 * @param x [batch · length, width]; rows of one sample lie together
 */
export function transformerBlock(
  spec: BlockSpec,
  x: tf.Tensor2D,
  shape: BlockShape,
  parts: BlockParts,
): tf.Tensor2D {
  const { attentionNorm, afterAttention, mlpNorm, afterMlp, residual } = spec;
  const norm = (input: tf.Tensor2D, of: NormSpec | undefined): tf.Tensor2D =>
    of === undefined ? input : parts.norm(input, of);
  const attend = (input: tf.Tensor2D): tf.Tensor2D => attentionOf(spec.attention, input, shape, parts);
  const mlp = (input: tf.Tensor2D, bottom: boolean): tf.Tensor2D => mlpOf(spec.mlp, input, bottom, parts);
  switch (residual) {
    case 'pre': {
      const attended = addResidual(x, norm(attend(norm(x, attentionNorm)), afterAttention));
      return addResidual(attended, norm(mlp(norm(attended, mlpNorm), false), afterMlp));
    }
    case 'post': {
      const attended = norm(addResidual(x, attend(x)), attentionNorm);
      return norm(addResidual(attended, mlp(attended, false)), mlpNorm);
    }
    case 'parallel': {
      const normed = norm(x, attentionNorm);
      const inner = mlpNorm === undefined ? normed : norm(x, mlpNorm);
      return addResidual(addResidual(x, attend(normed)), mlp(inner, shape.bottom));
    }
  }
}

function attentionOf(
  spec: AttentionSpec,
  x: tf.Tensor2D,
  { batch, length, lengths, bottom }: BlockShape,
  parts: BlockParts,
): tf.Tensor2D {
  const projections = spec.projections.map((projection) => parts.linear(x, projection, bottom));
  const byHead = (index: number, norm: NormSpec | undefined): void => {
    const rows = projections[index];
    if (norm === undefined || rows === undefined) return;
    const heads = tf.reshape(rows, [-1, norm.width]) as tf.Tensor2D;
    projections[index] = tf.reshape(parts.norm(heads, norm), rows.shape);
  };
  byHead(0, spec.queryNorm);
  byHead(1, spec.keyNorm);
  const { q, k, v, causal, window, scale, cap, rotary } = spec;
  const mixed = attention(
    { projections: projections as [tf.Tensor2D] | [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D], q, k, v },
    batch,
    { length, causal, window, lengths, scale, cap },
    rotary === undefined ? undefined : parts.rotary(rotary),
  );
  return parts.linear(mixed, spec.out, false);
}

function mlpOf(spec: MlpSpec, x: tf.Tensor2D, bottom: boolean, parts: BlockParts): tf.Tensor2D {
  const to = (linear: LinearSpec): tf.Tensor2D => parts.linear(x, linear, bottom);
  const { activation } = spec;
  switch (spec.kind) {
    case 'plain':
      return parts.linear(activate(to(spec.up), activation), spec.down, false);
    case 'gated':
      return parts.linear(gate(to(spec.gate), to(spec.up), activation), spec.down, false);
    case 'gated-fused':
      return parts.linear(gateHalves(to(spec.gateUp), activation), spec.down, false);
  }
}

/** Every tensor of a block by its name inside the block, with its shape. @param has whether the block has that tensor */
export function blockShapes(
  spec: BlockSpec,
  has: (name: string) => boolean,
): Record<string, readonly number[]> {
  const shapes: Record<string, readonly number[]> = {};
  for (const norm of normsOf(spec)) Object.assign(shapes, normShapes(norm));
  for (const linear of linearsOf(spec)) {
    shapes[`${linear.name}.weight`] = shapeOf(linear);
    if (has(`${linear.name}.bias`)) shapes[`${linear.name}.bias`] = [linear.outFeatures];
  }
  return shapes;
}

export const shapeOf = ({ inFeatures, outFeatures, orientation }: LinearSpec): readonly [number, number] =>
  orientation === 'out-in' ? [outFeatures, inFeatures] : [inFeatures, outFeatures];

const normsOf = ({ attentionNorm, afterAttention, mlpNorm, afterMlp, attention: a }: BlockSpec): NormSpec[] =>
  [attentionNorm, afterAttention, mlpNorm, afterMlp, a.queryNorm, a.keyNorm].filter(
    (norm) => norm !== undefined,
  );

function linearsOf({ attention: { projections, out }, mlp }: BlockSpec): LinearSpec[] {
  const ups = mlp.kind === 'plain' ? [mlp.up] : mlp.kind === 'gated' ? [mlp.gate, mlp.up] : [mlp.gateUp];
  return [...projections, out, ...ups, mlp.down];
}
