import * as tf from '@tensorflow/tfjs';
import { rmsNorm, rotate, swiglu, type RotaryTables } from '../../tensors/ops';
import type { LlamaConfig } from './config';

/** Tensors of one block by their name inside it, for instance `self_attn.q_proj.weight`; biases where the file has them. */
export type BlockWeights = Readonly<Record<string, tf.Tensor>>;

/** How a linear layer is computed: plain for training, recording for scoring. `name` ends before `.weight`. */
export type Linear = (x: tf.Tensor2D, weight: tf.Tensor2D, name: string) => tf.Tensor2D;

export interface Positions {
  readonly batch: number;
  readonly length: number;
  readonly rotary: RotaryTables;
  /** [queries per key head · length, length]: 0 where a token may look, a large negative number where not. */
  readonly mask: tf.Tensor2D;
}

/** The tensor names of a block without biases, in the order in which they are used. */
export const linearNames = [
  'self_attn.q_proj',
  'self_attn.k_proj',
  'self_attn.v_proj',
  'self_attn.o_proj',
  'mlp.gate_proj',
  'mlp.up_proj',
  'mlp.down_proj',
] as const;
export const normNames = ['input_layernorm', 'post_attention_layernorm'] as const;

/**
 * One Llama block: x + attention(norm(x)), then that + mlp(norm(that)).
 * @param x [batch · length, width]; rows of one sample lie together
 */
export function llamaBlock(
  config: LlamaConfig,
  x: tf.Tensor2D,
  weights: BlockWeights,
  positions: Positions,
  linear: Linear,
): tf.Tensor2D {
  const project = (input: tf.Tensor2D, name: (typeof linearNames)[number]): tf.Tensor2D => {
    const out = linear(input, need(weights, `${name}.weight`) as tf.Tensor2D, name);
    const bias = weights[`${name}.bias`];
    return bias === undefined ? out : tf.add(out, bias);
  };
  const norm = (input: tf.Tensor2D, name: (typeof normNames)[number]): tf.Tensor2D =>
    rmsNorm(input, need(weights, `${name}.weight`) as tf.Tensor1D, config.normEpsilon);

  const normed = norm(x, 'input_layernorm');
  const mixed = attention(
    config,
    project(normed, 'self_attn.q_proj'),
    project(normed, 'self_attn.k_proj'),
    project(normed, 'self_attn.v_proj'),
    positions,
  );
  const attended = tf.add(x, project(mixed, 'self_attn.o_proj')) as tf.Tensor2D;
  const inner = norm(attended, 'post_attention_layernorm');
  const gated = swiglu(project(inner, 'mlp.gate_proj'), project(inner, 'mlp.up_proj'));
  return tf.add(attended, project(gated, 'mlp.down_proj'));
}

/**
 * Causal attention with grouped key and value heads. The queries of one group are stacked along the positions, so that
 * keys and values are never copied per query head.
 */
function attention(
  config: LlamaConfig,
  q: tf.Tensor2D,
  k: tf.Tensor2D,
  v: tf.Tensor2D,
  { batch, length, rotary, mask }: Positions,
): tf.Tensor2D {
  const { heads, keyValueHeads, headSize } = config;
  const group = heads / keyValueHeads;
  const split = (x: tf.Tensor2D, count: number): tf.Tensor4D =>
    tf.transpose(tf.reshape(x, [batch, length, count, headSize]), [0, 2, 1, 3]) as tf.Tensor4D;
  const queries = tf.reshape(rotate(split(q, heads), rotary), [
    batch,
    keyValueHeads,
    group * length,
    headSize,
  ]);
  const keys = rotate(split(k, keyValueHeads), rotary);
  const scores = tf.mul(tf.matMul(queries, keys, false, true), 1 / Math.sqrt(headSize));
  const shares = tf.softmax(tf.add(scores, mask));
  const mixed = tf.reshape(tf.matMul(shares, split(v, keyValueHeads)), [batch, heads, length, headSize]);
  return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch * length, heads * headSize]) as tf.Tensor2D;
}

/**
 * Padding is on the right and never scored, so looking only backwards keeps it out of every real token.
 * @returns [group · length, length]
 */
export function causalMask(length: number, group: number): tf.Tensor2D {
  const values = new Float32Array(group * length * length);
  for (let row = 0; row < group * length; row++) {
    values.fill(-1e9, row * length + (row % length) + 1, (row + 1) * length);
  }
  return tf.tensor2d(values, [group * length, length]);
}

function need(weights: BlockWeights, name: string): tf.Tensor {
  const weight = weights[name];
  if (weight === undefined) throw new Error(`Block weights lack ${name}.`);
  return weight;
}
