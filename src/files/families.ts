import type { Role } from '../shared/words';

/** How the checkpoints of one `model_type` name the linear matrices of their layers. */
export interface Family {
  /** What stands before the layers' part of a name; the bare model (`LlamaModel`) is saved without it. */
  readonly roots: readonly string[];
  /** Between root and the layer's number, with the dot: `layers.` */
  readonly layers: string;
  /** What follows the layer's prefix, without `.weight`, and what it does. */
  readonly roles: Readonly<Record<string, Role>>;
  /** `out-in` for torch's `Linear`, `in-out` for GPT-2's `Conv1D`. */
  readonly shape: 'out-in' | 'in-out';
  /** Key of config.json with the number of layers. */
  readonly layerCount: string;
}

const common = { shape: 'out-in', layerCount: 'num_hidden_layers' } as const;

const llama: Family = {
  ...common,
  roots: ['model.', ''],
  layers: 'layers.',
  roles: {
    'self_attn.q_proj': 'q',
    'self_attn.k_proj': 'k',
    'self_attn.v_proj': 'v',
    'self_attn.o_proj': 'o',
    'mlp.gate_proj': 'gate',
    'mlp.up_proj': 'up',
    'mlp.down_proj': 'down',
  },
};

/** The text part of a model that also sees: its name has a part more, which moved between versions of transformers. */
const gemma3: Family = {
  ...llama,
  roots: ['model.', 'language_model.model.', 'model.language_model.', ''],
};

const phi: Family = {
  ...llama,
  roles: {
    'self_attn.q_proj': 'q',
    'self_attn.k_proj': 'k',
    'self_attn.v_proj': 'v',
    'self_attn.dense': 'o',
    'mlp.fc1': 'up',
    'mlp.fc2': 'down',
  },
};

const phi3: Family = {
  ...llama,
  roles: {
    'self_attn.qkv_proj': 'qkv',
    'self_attn.o_proj': 'o',
    'mlp.gate_up_proj': 'gate_up',
    'mlp.down_proj': 'down',
  },
};

const gptNeox: Family = {
  ...common,
  roots: ['gpt_neox.', ''],
  layers: 'layers.',
  roles: {
    'attention.query_key_value': 'qkv',
    'attention.dense': 'o',
    'mlp.dense_h_to_4h': 'up',
    'mlp.dense_4h_to_h': 'down',
  },
};

const gpt2: Family = {
  shape: 'in-out',
  layerCount: 'n_layer',
  roots: ['transformer.', ''],
  layers: 'h.',
  roles: { 'attn.c_attn': 'qkv', 'attn.c_proj': 'o', 'mlp.c_fc': 'up', 'mlp.c_proj': 'down' },
};

const opt: Family = {
  ...common,
  roots: ['model.decoder.', 'decoder.', ''],
  layers: 'layers.',
  roles: {
    'self_attn.q_proj': 'q',
    'self_attn.k_proj': 'k',
    'self_attn.v_proj': 'v',
    'self_attn.out_proj': 'o',
    fc1: 'up',
    fc2: 'down',
  },
};

const encoder = (root: string, attention: string): Family => ({
  ...common,
  roots: [root, ''],
  layers: 'encoder.layer.',
  roles: {
    [`attention.${attention}.query`]: 'q',
    [`attention.${attention}.key`]: 'k',
    [`attention.${attention}.value`]: 'v',
    'attention.output.dense': 'o',
    'intermediate.dense': 'up',
    'output.dense': 'down',
  },
});

const distilbert: Family = {
  shape: 'out-in',
  layerCount: 'n_layers',
  roots: ['distilbert.', ''],
  layers: 'transformer.layer.',
  roles: {
    'attention.q_lin': 'q',
    'attention.k_lin': 'k',
    'attention.v_lin': 'v',
    'attention.out_lin': 'o',
    'ffn.lin1': 'up',
    'ffn.lin2': 'down',
  },
};

const roberta = encoder('roberta.', 'self');

/** Every family whose modules are known, by the `model_type` of config.json. */
export const families: Readonly<Record<string, Family>> = {
  bert: encoder('bert.', 'self'),
  camembert: roberta,
  distilbert,
  gemma: llama,
  gemma2: llama,
  gemma3,
  gemma3_text: gemma3,
  gpt2,
  gpt_neox: gptNeox,
  llama,
  mistral: llama,
  opt,
  phi,
  phi3,
  qwen2: llama,
  qwen3: llama,
  roberta,
  smollm3: llama,
  vit: encoder('vit.', 'attention'),
  'xlm-roberta': roberta,
};

/** The `model_type`s that are known, for messages. */
export const knownFamilies = Object.keys(families).join(', ');
