import type { LlamaConfig } from './config';
import { linearNames, normNames } from './block';

/** Llama's tensors as Hugging Face names them. */
export const embeddingName = 'model.embed_tokens.weight';
export const normName = 'model.norm.weight';
export const outputName = 'lm_head.weight';

/**
 * Names and shapes of a block's tensors: matrices out × in, norms, and those biases that the file has.
 * @param has whether the model folder has a tensor of that name
 */
export function blockShapes(
  config: LlamaConfig,
  layer: number,
  has: (name: string) => boolean,
): Record<string, readonly number[]> {
  const { width, mlpWidth, heads, keyValueHeads, headSize } = config;
  const sizes: Record<(typeof linearNames)[number], readonly [number, number]> = {
    'self_attn.q_proj': [heads * headSize, width],
    'self_attn.k_proj': [keyValueHeads * headSize, width],
    'self_attn.v_proj': [keyValueHeads * headSize, width],
    'self_attn.o_proj': [width, heads * headSize],
    'mlp.gate_proj': [mlpWidth, width],
    'mlp.up_proj': [mlpWidth, width],
    'mlp.down_proj': [width, mlpWidth],
  };
  const prefix = `model.layers.${layer}.`;
  const shapes: Record<string, readonly number[]> = {};
  for (const name of normNames) shapes[`${prefix}${name}.weight`] = [width];
  for (const name of linearNames) {
    shapes[`${prefix}${name}.weight`] = sizes[name];
    if (has(`${prefix}${name}.bias`)) shapes[`${prefix}${name}.bias`] = [sizes[name][0]];
  }
  return shapes;
}
