import type { ModelFolder } from '../../files/modelFolder';
import { ConfigReader } from '../configReader';
import { ropeOf, ropeSettings, turnedDims } from '../rope';
import type { ModelSpec } from '../spec';
import {
  decoderHead,
  headSizes,
  heads,
  layerNorm,
  linear,
  rmsNorm,
  separateProjections,
  windowOf,
} from './parts';

/** Phi-1, 1.5 and 2: attention and mlp side by side behind one norm, biases everywhere, part of a head turns (models/phi). */
export function phi(folder: ModelFolder): ModelSpec {
  const config = new ConfigReader(folder.settings, folder.dir);
  const width = config.count('hidden_size');
  const sizes = headSizes(config);
  const inner = config.count('intermediate_size');
  const epsilon = config.positive('layer_norm_eps', 1e-5);
  const maxLength = config.count('max_position_embeddings', 2048);
  const activation = config.activation('hidden_act', 'gelu_new');
  const headNorm = (name: string) => layerNorm(name, sizes.headSize, epsilon);
  const rotary = ropeOf(config, {
    dims: turnedDims(config, sizes.headSize, 0.5),
    theta: config.positive('rope_theta', 10_000),
    scaling: ropeSettings(config),
    maxLength,
  });
  const table = `${folder.root}embed_tokens.weight`;
  return {
    width,
    layers: folder.layers,
    vocabulary: config.count('vocab_size'),
    maxLength,
    embedding: { kind: 'tokens', table, tableWidth: width },
    block: () => ({
      residual: 'parallel',
      attentionNorm: layerNorm('input_layernorm', width, epsilon),
      attention: {
        ...separateProjections(width, sizes, 'self_attn.dense'),
        ...(config.flag('qk_layernorm', false)
          ? { queryNorm: headNorm('self_attn.q_layernorm'), keyNorm: headNorm('self_attn.k_layernorm') }
          : {}),
        rotary,
        causal: true,
        scale: 1 / Math.sqrt(sizes.headSize),
      },
      mlp: {
        kind: 'plain',
        up: linear('mlp.fc1', width, inner),
        down: linear('mlp.fc2', inner, width),
        activation,
      },
    }),
    head: decoderHead(folder, width, {
      norm: layerNorm(`${folder.root}final_layernorm`, width, epsilon),
      embedding: table,
      outputs: ['lm_head.weight'],
      bias: 'lm_head.bias',
    }),
  };
}

/** Phi-3, 3.5 and 4-mini: Llama's block with fused projections, and longrope (models/phi3). */
export function phi3(folder: ModelFolder): ModelSpec {
  const config = new ConfigReader(folder.settings, folder.dir);
  const width = config.count('hidden_size');
  const sizes = headSizes(config);
  const inner = config.count('intermediate_size');
  const epsilon = config.positive('rms_norm_eps', 1e-5);
  const maxLength = config.count('max_position_embeddings', 4096);
  const activation = config.activation('hidden_act', 'silu');
  const [queries, keys] = [sizes.heads * sizes.headSize, sizes.keyHeads * sizes.headSize];
  const rotary = ropeOf(config, {
    dims: turnedDims(config, sizes.headSize, 1),
    theta: config.positive('rope_theta', 10_000),
    scaling: ropeSettings(config),
    maxLength,
  });
  const table = `${folder.root}embed_tokens.weight`;
  return {
    width,
    layers: folder.layers,
    vocabulary: config.count('vocab_size'),
    maxLength,
    lengthBoundary: rotary.boundary,
    embedding: { kind: 'tokens', table, tableWidth: width },
    block: (layer) => {
      const window = windowOf(config, layer, () => true);
      return {
        residual: 'pre',
        attentionNorm: rmsNorm('input_layernorm', width, epsilon),
        mlpNorm: rmsNorm('post_attention_layernorm', width, epsilon),
        attention: {
          projections: [linear('self_attn.qkv_proj', width, queries + 2 * keys)],
          q: heads(sizes.heads, sizes.headSize),
          k: heads(sizes.keyHeads, sizes.headSize, queries),
          v: heads(sizes.keyHeads, sizes.headSize, queries + keys),
          out: linear('self_attn.o_proj', queries, width),
          rotary,
          ...(window === undefined ? {} : { window }),
          causal: true,
          scale: 1 / Math.sqrt(sizes.headSize),
        },
        mlp: {
          kind: 'gated-fused',
          gateUp: linear('mlp.gate_up_proj', width, 2 * inner),
          down: linear('mlp.down_proj', inner, width),
          activation,
        },
      };
    },
    head: decoderHead(folder, width, {
      norm: rmsNorm(`${folder.root}norm`, width, epsilon),
      embedding: table,
      outputs: ['lm_head.weight'],
    }),
  };
}
