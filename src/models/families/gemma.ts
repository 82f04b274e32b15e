import type { ModelFolder } from '../../files/modelFolder';
import { ConfigReader } from '../configReader';
import { ropeOf, ropeSettings } from '../rope';
import type { RotaryForm } from '../rotary';
import type { BlockSpec, ModelSpec } from '../spec';
import {
  decoderHead,
  headSizes,
  gatedMlp,
  rmsNorm,
  separateProjections,
  vocabularyOf,
  windowOf,
} from './parts';

interface Variant {
  /** A norm behind attention and mlp as well as before them. */
  readonly sandwich: boolean;
  readonly headNorms: boolean;
  readonly slides: (layer: number, config: ConfigReader) => boolean;
  /** `query_pre_attn_scalar`: products are divided by its root; the head size where absent. */
  readonly queryScalar?: number;
  /** Soft caps where config.json gives none; Gemma 3's products have none, whatever it says. */
  readonly caps: { readonly attention?: number; readonly output?: number };
  readonly theta: number;
  readonly maxLength?: number;
  /** Where config.json has none: published Gemma 3 with images leaves them out of its `text_config`. */
  readonly heads?: { readonly heads: number; readonly keyHeads: number };
  /** Base of the layers that slide, where it is another. */
  readonly slidingTheta?: number;
}

/** Gemma: norms multiply by 1 + weight, embeddings by √width, GELU in its tanh form (models/gemma). */
export const gemma = (folder: ModelFolder): ModelSpec =>
  likeGemma(folder, { sandwich: false, headNorms: false, slides: () => false, caps: {}, theta: 10_000 });

/** Gemma 2: sandwich norms, soft caps on products and logits, every other layer slides, beginning with the first. */
export const gemma2 = (folder: ModelFolder): ModelSpec =>
  likeGemma(folder, {
    sandwich: true,
    headNorms: false,
    slides: (layer) => layer % 2 === 0,
    queryScalar: 256,
    caps: { attention: 50, output: 30 },
    theta: 10_000,
  });

/** Gemma 3: norms of queries and keys, five sliding layers with a base of their own to each full one. */
export const gemma3 = (folder: ModelFolder): ModelSpec =>
  likeGemma(folder, {
    sandwich: true,
    headNorms: true,
    slides: (layer, config) => {
      const name = 'sliding_window_pattern';
      return (layer + 1) % config.count(config.value(name) === undefined ? `_${name}` : name, 6) !== 0;
    },
    queryScalar: 256,
    caps: {},
    theta: 1e6,
    heads: { heads: 8, keyHeads: 4 },
    maxLength: 131_072,
    slidingTheta: 10_000,
  });

function likeGemma(folder: ModelFolder, variant: Variant): ModelSpec {
  const config = new ConfigReader(folder.settings, folder.dir);
  config.require('use_bidirectional_attention', false);
  const width = config.count('hidden_size');
  const sizes = headSizes(config, 256, variant.heads);
  const inner = config.count('intermediate_size');
  const epsilon = config.positive('rms_norm_eps', 1e-6);
  // `hidden_act` stands there too. Until transformers 5 it is ignored, from then on the only one: where the two readings
  // differ, the file is refused.
  if (config.value('hidden_activation') === undefined && config.value('hidden_act') !== 'gelu') {
    config.require('hidden_act', 'gelu_pytorch_tanh');
  }
  const activation = config.activation('hidden_activation', 'gelu_pytorch_tanh');
  const maxLength = config.count('max_position_embeddings', variant.maxLength ?? 8192);
  const norm = (name: string, size = width) => rmsNorm(name, size, epsilon, 1);
  const { full, sliding } = rotations(config, variant, sizes.headSize, maxLength);
  const scalar =
    variant.queryScalar === undefined
      ? sizes.headSize
      : config.positive('query_pre_attn_scalar', variant.queryScalar);
  const { attention: usualCap } = variant.caps;
  const cap = usualCap === undefined ? undefined : capOf(config, 'attn_logit_softcapping', usualCap);
  const outputCap = capOf(config, 'final_logit_softcapping', variant.caps.output);

  const block = (layer: number): BlockSpec => {
    const window = windowOf(config, layer, () => variant.slides(layer, config), 4096);
    return {
      residual: 'pre',
      attentionNorm: norm('input_layernorm'),
      mlpNorm: norm(variant.sandwich ? 'pre_feedforward_layernorm' : 'post_attention_layernorm'),
      ...(variant.sandwich
        ? {
            afterAttention: norm('post_attention_layernorm'),
            afterMlp: norm('post_feedforward_layernorm'),
          }
        : {}),
      attention: {
        ...separateProjections(width, sizes),
        ...(variant.headNorms
          ? {
              queryNorm: norm('self_attn.q_norm', sizes.headSize),
              keyNorm: norm('self_attn.k_norm', sizes.headSize),
            }
          : {}),
        rotary: window === undefined ? full : sliding,
        ...(window === undefined ? {} : { window }),
        ...(cap === undefined ? {} : { cap }),
        causal: true,
        scale: 1 / Math.sqrt(scalar),
      },
      mlp: gatedMlp(width, inner, activation),
    };
  };
  const table = `${folder.root}embed_tokens.weight`;
  return {
    width,
    layers: folder.layers,
    vocabulary: vocabularyOf(config, folder, table),
    maxLength,
    embedding: { kind: 'tokens', table, tableWidth: width, scale: Math.sqrt(width) },
    block,
    head: decoderHead(folder, width, {
      norm: norm(`${folder.root}norm`),
      embedding: table,
      outputs: ['lm_head.weight', 'language_model.lm_head.weight'],
      ...(outputCap === undefined ? {} : { cap: outputCap }),
    }),
  };
}

/** Absent in config.json means the family's default, null means no cap. */
function capOf(config: ConfigReader, name: string, usual: number | undefined): number | undefined {
  if (config.fields[name] === null) return undefined;
  return config.fields[name] === undefined ? usual : config.positive(name);
}

function rotations(
  config: ConfigReader,
  { theta, slidingTheta }: Variant,
  dims: number,
  maxLength: number,
): { full: RotaryForm; sliding: RotaryForm } {
  const full = ropeOf(config, {
    dims,
    theta: config.positive('rope_theta', theta),
    scaling: ropeSettings(config, 'full_attention'),
    maxLength,
  });
  if (slidingTheta === undefined) return { full, sliding: full };
  const sliding = ropeOf(config, {
    dims,
    theta: config.positive('rope_local_base_freq', slidingTheta),
    // `rope_scaling` is of the full layers alone.
    scaling: config.object('rope_parameters')?.object('sliding_attention'),
    maxLength,
  });
  return { full, sliding };
}
