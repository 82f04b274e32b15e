import type { ModelFolder } from '../../files/modelFolder';
import { ConfigReader } from '../configReader';
import type { ModelSpec } from '../spec';
import { decoderHead, heads, layerNorm, linear } from './parts';

/** GPT-2: learned positions, matrices stored in × out, queries, keys and values in one (models/gpt2). */
export function gpt2(folder: ModelFolder): ModelSpec {
  const config = new ConfigReader(folder.settings, folder.dir);
  config.require('add_cross_attention', false);
  const width = config.count('n_embd');
  const count = config.count('n_head');
  const headSize = config.divided('n_embd', count);
  const inner = config.count('n_inner', 4 * width);
  const epsilon = config.positive('layer_norm_epsilon', 1e-5);
  const activation = config.activation('activation_function', 'gelu_new');
  const maxLength = config.count('n_positions', 1024);
  const conv1d = (name: string, from: number, to: number) => linear(name, from, to, 'in-out');
  const part = (index: number) => heads(count, headSize, index * width);
  const table = `${folder.root}wte.weight`;
  return {
    width,
    layers: folder.layers,
    vocabulary: config.count('vocab_size'),
    maxLength,
    embedding: {
      kind: 'tokens',
      table,
      tableWidth: width,
      positions: { table: `${folder.root}wpe.weight`, offset: 0, rows: maxLength },
    },
    block: (layer) => {
      const scale = config.flag('scale_attn_weights', true) ? 1 / Math.sqrt(headSize) : 1;
      return {
        residual: 'pre',
        attentionNorm: layerNorm('ln_1', width, epsilon),
        mlpNorm: layerNorm('ln_2', width, epsilon),
        attention: {
          projections: [conv1d('attn.c_attn', width, 3 * width)],
          q: part(0),
          k: part(1),
          v: part(2),
          out: conv1d('attn.c_proj', width, width),
          causal: true,
          scale: config.flag('scale_attn_by_inverse_layer_idx', false) ? scale / (layer + 1) : scale,
        },
        mlp: {
          kind: 'plain',
          up: conv1d('mlp.c_fc', width, inner),
          down: conv1d('mlp.c_proj', inner, width),
          activation,
        },
      };
    },
    head: decoderHead(folder, width, {
      norm: layerNorm(`${folder.root}ln_f`, width, epsilon),
      embedding: table,
      outputs: ['lm_head.weight'],
    }),
  };
}
