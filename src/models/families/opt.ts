import type { ModelFolder } from '../../files/modelFolder';
import { ConfigReader } from '../configReader';
import type { ModelSpec, NormSpec } from '../spec';
import { decoderHead, layerNorm, linear, separateProjections } from './parts';

/** Norms of OPT are not configured (models/opt/modeling_opt.py). */
const epsilon = 1e-5;
/** Position p reads row p + 2 of the position table. */
const offset = 2;

/** OPT: learned positions, ReLU; the 350M model has its norms behind the sums and narrower embeddings. */
export function opt(folder: ModelFolder): ModelSpec {
  const config = new ConfigReader(folder.settings, folder.dir);
  const width = config.count('hidden_size');
  const count = config.count('num_attention_heads');
  const headSize = config.divided('hidden_size', count);
  const inner = config.count('ffn_dim');
  const activation = config.activation('activation_function', 'relu');
  const maxLength = config.count('max_position_embeddings', 2048);
  const tableWidth = config.count('word_embed_proj_dim', width);
  const before = config.flag('do_layer_norm_before', true);
  const affine = config.flag('layer_norm_elementwise_affine', true);
  const norm = (name: string): NormSpec => ({
    ...layerNorm(name, width, epsilon),
    ...(affine ? {} : { parameters: 'none' }),
  });
  const table = `${folder.root}embed_tokens.weight`;
  const final = before && !config.flag('_remove_final_layer_norm', false);
  return {
    width,
    layers: folder.layers,
    vocabulary: config.count('vocab_size'),
    maxLength,
    embedding: {
      kind: 'tokens',
      table,
      tableWidth,
      ...(tableWidth === width ? {} : { project: `${folder.root}project_in.weight` }),
      positions: {
        table: `${folder.root}embed_positions.weight`,
        offset,
        rows: maxLength + offset,
      },
    },
    block: () => ({
      residual: before ? 'pre' : 'post',
      attentionNorm: norm('self_attn_layer_norm'),
      mlpNorm: norm('final_layer_norm'),
      attention: {
        ...separateProjections(width, { heads: count, keyHeads: count, headSize }, 'self_attn.out_proj'),
        causal: true,
        scale: 1 / Math.sqrt(headSize),
      },
      mlp: {
        kind: 'plain',
        up: linear('fc1', width, inner),
        down: linear('fc2', inner, width),
        activation,
      },
    }),
    head: decoderHead(folder, width, {
      ...(final ? { norm: norm(`${folder.root}final_layer_norm`) } : {}),
      ...(tableWidth === width ? {} : { project: `${folder.root}project_out.weight` }),
      embedding: table,
      outputs: ['lm_head.weight'],
      outputWidth: tableWidth,
    }),
  };
}
