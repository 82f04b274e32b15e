import assert from 'node:assert/strict';
import { throwsWith } from '../../files/throwsCode';
import { describeModel, least, modelTypes, type Fields } from './configs';

/** What stands in a field instead of what it should: of the wrong kind, or of a size that cannot be. */
const noCount = [0, -1, 1.5, '8', true, [8], {}];
const noPositive = [0, -1, 'x', false, [], NaN];
const noShare = [...noPositive, 1.5];
const noFlag = ['yes', 1, 0, [], {}];
const noActivation = ['glu', 'GELU', 7, true, 'toString'];

interface Kinds {
  readonly counts?: readonly string[];
  readonly positives?: readonly string[];
  readonly flags?: readonly string[];
  readonly activation?: string;
  /** Parts of a whole. */
  readonly shares?: readonly string[];
  /** Settings that are not computed. */
  readonly others?: readonly Fields[];
  /** Fields of `least` that have a default in this family. */
  readonly defaulted?: readonly string[];
  /** What has to be set beside a field for it to count. */
  readonly beside?: Fields;
}

const llama = {
  counts: ['num_key_value_heads', 'head_dim', 'max_position_embeddings'],
  positives: ['rms_norm_eps', 'rope_theta'],
  activation: 'hidden_act',
};
const gemma = {
  counts: llama.counts,
  positives: llama.positives,
  activation: 'hidden_activation',
  others: [{ use_bidirectional_attention: true }],
};
const gemma3: Kinds = {
  ...gemma,
  counts: [...llama.counts, 'sliding_window', 'sliding_window_pattern'],
  positives: [...llama.positives, 'query_pre_attn_scalar', 'final_logit_softcapping', 'rope_local_base_freq'],
  defaulted: ['num_attention_heads'],
};
const bert: Kinds = {
  counts: ['type_vocab_size'],
  positives: ['layer_norm_eps'],
  activation: 'hidden_act',
  others: [{ position_embedding_type: 'relative_key' }, { is_decoder: true }, { num_attention_heads: 5 }],
};
const qwen: Kinds = {
  ...llama,
  counts: [...llama.counts, 'sliding_window'],
  flags: ['use_sliding_window'],
  beside: { sliding_window: 4, use_sliding_window: true, max_window_layers: 0 },
  others: [{ max_window_layers: 'x' }],
};

/** Fields with a default, by family; those of `least` have none. */
const optional: Readonly<Record<string, Kinds>> = {
  bert,
  camembert: bert,
  distilbert: { counts: ['max_position_embeddings'], activation: 'activation', others: [{ n_heads: 5 }] },
  gemma,
  gemma2: {
    ...gemma,
    counts: [...llama.counts, 'sliding_window'],
    positives: [
      ...llama.positives,
      'query_pre_attn_scalar',
      'attn_logit_softcapping',
      'final_logit_softcapping',
    ],
  },
  gemma3,
  gemma3_text: gemma3,
  gpt2: {
    counts: ['n_inner', 'n_positions'],
    positives: ['layer_norm_epsilon'],
    flags: ['scale_attn_weights', 'scale_attn_by_inverse_layer_idx'],
    activation: 'activation_function',
    others: [{ add_cross_attention: true }, { n_head: 5 }],
  },
  gpt_neox: {
    counts: ['max_position_embeddings'],
    positives: ['layer_norm_eps', 'rotary_emb_base', 'rope_theta'],
    shares: ['rotary_pct', 'partial_rotary_factor'],
    flags: ['use_parallel_residual'],
    activation: 'hidden_act',
    others: [{ num_attention_heads: 5 }],
  },
  llama,
  mistral: { ...llama, counts: [...llama.counts, 'sliding_window'] },
  opt: {
    counts: ['max_position_embeddings', 'word_embed_proj_dim'],
    flags: ['do_layer_norm_before', 'layer_norm_elementwise_affine', '_remove_final_layer_norm'],
    activation: 'activation_function',
    others: [{ num_attention_heads: 5 }],
  },
  phi: {
    counts: llama.counts,
    positives: ['layer_norm_eps', 'rope_theta'],
    shares: ['partial_rotary_factor'],
    flags: ['qk_layernorm'],
    activation: 'hidden_act',
  },
  phi3: {
    ...llama,
    counts: [...llama.counts, 'sliding_window'],
    shares: ['partial_rotary_factor'],
  },
  qwen2: qwen,
  qwen3: qwen,
  roberta: { ...bert, others: [...bert.others!, { pad_token_id: '1' }] },
  smollm3: {
    ...llama,
    counts: [...llama.counts, 'no_rope_layer_interval'],
    flags: ['use_sliding_window'],
    beside: { sliding_window: 4 },
  },
  vit: {
    counts: ['patch_size', 'num_channels'],
    positives: ['layer_norm_eps'],
    activation: 'hidden_act',
    others: [{ num_attention_heads: 5 }, { image_size: 33 }],
  },
  'xlm-roberta': bert,
};

/** Asserts that a setting is refused, and that the message has the folder and the field. */
function refuses(
  modelType: string,
  change: Fields,
  field: string | undefined = Object.keys(change)[0],
): void {
  const message = new RegExp(`^config\\.json of a/folder cannot be used: .*${field}`);
  try {
    throwsWith(() => describeModel(modelType, change), 'model-config-invalid', message);
  } catch (error) {
    throw new Error(`${modelType} with ${JSON.stringify(change)}: ${String(error)}`, { cause: error });
  }
}

describe('a config.json that cannot be used', () => {
  it('is told for every family', () => {
    assert.deepEqual(Object.keys(optional).sort(), [...modelTypes].sort());
  });

  for (const modelType of modelTypes) {
    const {
      counts = [],
      positives = [],
      shares = [],
      flags = [],
      activation,
      others = [],
      beside = {},
      defaulted = [],
    } = optional[modelType]!;

    it(`of type ${modelType} is refused with each field wrong, naming folder and field`, () => {
      for (const required of Object.keys(least[modelType]!.fields)) {
        const absent = defaulted.includes(required) ? [] : [undefined, null];
        for (const value of [...absent, ...noCount]) refuses(modelType, { [required]: value });
      }
      for (const field of counts) {
        for (const value of noCount) refuses(modelType, { ...beside, [field]: value }, field);
      }
      for (const field of positives) for (const value of noPositive) refuses(modelType, { [field]: value });
      for (const field of shares) {
        for (const value of noShare) {
          refuses(modelType, { [field]: value });
          refuses(modelType, { rope_parameters: { partial_rotary_factor: value } }, 'partial_rotary_factor');
        }
      }
      for (const field of flags) {
        for (const value of noFlag) refuses(modelType, { ...beside, [field]: value }, field);
      }
      for (const value of noActivation) refuses(modelType, { [activation!]: value });
      for (const change of others) refuses(modelType, { ...beside, ...change }, '');
    });
  }

  for (const modelType of ['gemma', 'llama', 'mistral', 'phi', 'phi3', 'qwen2', 'qwen3', 'smollm3']) {
    it(`of type ${modelType} is refused with heads that do not fit or cannot be turned`, () => {
      refuses(modelType, { num_attention_heads: 6, num_key_value_heads: 4 }, 'num_key_value_heads');
      refuses(modelType, { head_dim: 5, partial_rotary_factor: 1 }, '5 entries of a head');
      refuses(modelType, { rope_scaling: [] }, 'rope_scaling');
      refuses(modelType, { rope_scaling: { type: 'yarn', factor: 2 } }, 'rope_scaling of type "yarn"');
      refuses(modelType, { rope_parameters: { rope_type: 'spiral' } }, 'rope_scaling of type "spiral"');
    });
  }

  for (const modelType of ['gemma2', 'gemma3_text', 'mistral', 'phi3', 'qwen2', 'qwen3', 'smollm3']) {
    it(`of type ${modelType} is refused with a kind of layer that is not computed`, () => {
      const full = 'full_attention';
      for (const layer_types of [
        'sliding_attention',
        [full, full, full],
        [full, full, full, 'chunked_attention'],
        [full, null, full, full],
      ]) {
        for (const sliding_window of [4, null]) {
          refuses(modelType, { layer_types, sliding_window, use_sliding_window: true });
        }
      }
    });
  }

  it('is refused where it does not say of every layer whether it turns', () => {
    for (const no_rope_layers of ['all', [1, 1, 1], [1, 1, 1, 2], [true, true, true, true], 7]) {
      refuses('smollm3', { no_rope_layers });
    }
  });
});
