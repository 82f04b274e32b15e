import type { ModelFolder } from '../../files/modelFolder';
import { ConfigReader } from '../configReader';
import { ropeOf, ropeSettings, turnedDims } from '../rope';
import type { ModelSpec } from '../spec';
import { decoderHead, heads, layerNorm, linear } from './parts';

/** GPT-NeoX and Pythia: queries, keys and values head by head in one projection, part of a head turns (models/gpt_neox). */
export function gptNeox(folder: ModelFolder): ModelSpec {
  const config = new ConfigReader(folder.settings, folder.dir);
  const width = config.count('hidden_size');
  const count = config.count('num_attention_heads');
  const headSize = config.divided('hidden_size', count);
  const inner = config.count('intermediate_size');
  const epsilon = config.positive('layer_norm_eps', 1e-5);
  const activation = config.activation('hidden_act', 'gelu');
  const maxLength = config.count('max_position_embeddings', 2048);
  const share = config.value('rotary_pct') === undefined ? 'partial_rotary_factor' : 'rotary_pct';
  const base = config.value('rotary_emb_base') === undefined ? 'rope_theta' : 'rotary_emb_base';
  const rotary = ropeOf(config, {
    dims: turnedDims(config, headSize, 0.25, share),
    theta: config.positive(base, 10_000),
    scaling: ropeSettings(config),
    maxLength,
  });
  const table = `${folder.root}embed_in.weight`;
  const part = (index: number) => heads(count, headSize, index * headSize, 3 * headSize);
  return {
    width,
    layers: folder.layers,
    vocabulary: config.count('vocab_size'),
    maxLength,
    embedding: { kind: 'tokens', table, tableWidth: width },
    block: () => ({
      residual: config.flag('use_parallel_residual', true) ? 'parallel' : 'pre',
      attentionNorm: layerNorm('input_layernorm', width, epsilon),
      mlpNorm: layerNorm('post_attention_layernorm', width, epsilon),
      attention: {
        projections: [linear('attention.query_key_value', width, 3 * width)],
        q: part(0),
        k: part(1),
        v: part(2),
        out: linear('attention.dense', width, width),
        rotary,
        causal: true,
        scale: 1 / Math.sqrt(headSize),
      },
      mlp: {
        kind: 'plain',
        up: linear('mlp.dense_h_to_4h', width, inner),
        down: linear('mlp.dense_4h_to_h', inner, width),
        activation,
      },
    }),
    head: decoderHead(folder, width, {
      norm: layerNorm(`${folder.root}final_layer_norm`, width, epsilon),
      embedding: table,
      outputs: ['embed_out.weight', 'lm_head.weight'],
    }),
  };
}
