import type { ModelFolder } from '../../files/modelFolder';
import { ConfigReader } from '../configReader';
import { ropeOf, ropeSettings } from '../rope';
import type { BlockSpec, ModelSpec } from '../spec';
import { decoderHead, gatedMlp, headSizes, rmsNorm, separateProjections, windowOf } from './parts';

/** What sets the families apart that share Llama's block and tensor names. */
interface Variant {
  /** Which layers look through the window, where `layer_types` does not say. */
  readonly slides?: (layer: number, config: ConfigReader) => boolean;
  /** Whether any layer looks through the window. */
  readonly windowed?: (config: ConfigReader) => boolean;
  /** Root mean square norms over each head's queries and keys, before the rotation. */
  readonly headNorms?: boolean;
  /** Layers without a rotation. */
  readonly plainPositions?: (layer: number, config: ConfigReader) => boolean;
  readonly theta?: number;
  readonly headSize?: number;
  readonly window?: number;
}

/**
 * Llama, and SmolLM and SmolLM 2, which are Llamas: pre-norm, grouped heads, rotary embedding, SwiGLU
 * (transformers: models/llama/modeling_llama.py).
 */
export const llama = (folder: ModelFolder): ModelSpec => likeLlama(folder, {});

/** Mistral: every layer looks through `sliding_window`; null means that none does. */
export const mistral = (folder: ModelFolder): ModelSpec =>
  likeLlama(folder, { slides: () => true, window: 4096 });

const qwen: Variant = {
  slides: (layer, config) => layer >= config.number('max_window_layers', 28),
  // Switched off, it is off whatever `layer_types` says.
  windowed: (config) => config.flag('use_sliding_window', false),
  window: 4096,
};

/** Qwen 2 and 2.5: biases on q, k and v; layers from `max_window_layers` on slide where `use_sliding_window` is true. */
export const qwen2 = (folder: ModelFolder): ModelSpec => likeLlama(folder, qwen);

/** Qwen 3: as Qwen 2 without biases, with norms of queries and keys. */
export const qwen3 = (folder: ModelFolder): ModelSpec =>
  likeLlama(folder, { ...qwen, headNorms: true, headSize: 128 });

/** SmolLM 3: every fourth layer has no rotation, and may look through a window instead. */
export const smollm3 = (folder: ModelFolder): ModelSpec =>
  likeLlama(folder, {
    slides: (layer, config) => config.flag('use_sliding_window', false) && hasNoRope(layer, config),
    plainPositions: hasNoRope,
    theta: 2e6,
  });

/** In `no_rope_layers` 1 means that the layer turns, 0 that it does not. */
function hasNoRope(layer: number, config: ConfigReader): boolean {
  const turns = config.value('no_rope_layers');
  const turn: unknown = Array.isArray(turns) ? turns[layer] : undefined;
  if (turn === 0 || turn === 1) return turn === 0;
  if (turns !== undefined) throw config.invalid(`no_rope_layers has neither 0 nor 1 for layer ${layer}`);
  return (layer + 1) % config.count('no_rope_layer_interval', 4) === 0;
}

function likeLlama(folder: ModelFolder, variant: Variant): ModelSpec {
  const config = new ConfigReader(folder.settings, folder.dir);
  const width = config.count('hidden_size');
  const sizes = headSizes(config, variant.headSize);
  const inner = config.count('intermediate_size');
  const epsilon = config.positive('rms_norm_eps', 1e-6);
  const activation = config.activation('hidden_act', 'silu');
  const maxLength = config.count('max_position_embeddings', 2048);
  const rotary = ropeOf(config, {
    dims: sizes.headSize,
    theta: config.positive('rope_theta', variant.theta ?? 10_000),
    scaling: ropeSettings(config),
    maxLength,
  });
  const headNorm = (name: string) => rmsNorm(name, sizes.headSize, epsilon);
  const norms = variant.headNorms === true;
  const block = (layer: number): BlockSpec => {
    const slides = (): boolean => variant.slides?.(layer, config) ?? false;
    const windowed = variant.windowed?.(config) ?? true;
    const window = windowed ? windowOf(config, layer, slides, variant.window) : undefined;
    return {
      residual: 'pre',
      attentionNorm: rmsNorm('input_layernorm', width, epsilon),
      mlpNorm: rmsNorm('post_attention_layernorm', width, epsilon),
      attention: {
        ...separateProjections(width, sizes),
        ...(norms ? { queryNorm: headNorm('self_attn.q_norm'), keyNorm: headNorm('self_attn.k_norm') } : {}),
        ...(variant.plainPositions?.(layer, config) === true ? {} : { rotary }),
        ...(window === undefined ? {} : { window }),
        causal: true,
        scale: 1 / Math.sqrt(sizes.headSize),
      },
      mlp: gatedMlp(width, inner, activation),
    };
  };
  const embedding = `${folder.root}embed_tokens.weight`;
  return {
    width,
    layers: folder.layers,
    vocabulary: config.count('vocab_size'),
    maxLength,
    embedding: { kind: 'tokens', table: embedding, tableWidth: width },
    block,
    head: decoderHead(folder, width, {
      norm: rmsNorm(`${folder.root}norm`, width, epsilon),
      embedding,
      outputs: ['lm_head.weight'],
    }),
  };
}
