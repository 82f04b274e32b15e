import type { Role } from '../shared/words';

/** How the checkpoints of one `model_type` name the linear matrices of their layers. */
export interface Family {
  /** Matches the start of a tensor's name; group 1 is the layer's number. */
  readonly layer: RegExp;
  /** What follows the layer's prefix, without `.weight`, and what it does. */
  readonly roles: Readonly<Record<string, Role>>;
  /** `out-in` for torch's `Linear`, `in-out` for GPT-2's `Conv1D`. */
  readonly shape: 'out-in' | 'in-out';
}

const llama: Family = {
  // The prefix is absent where the bare decoder was saved (`LlamaModel` instead of `LlamaForCausalLM`).
  layer: /^(?:model\.)?layers\.(\d+)\./,
  roles: {
    'self_attn.q_proj': 'q',
    'self_attn.k_proj': 'k',
    'self_attn.v_proj': 'v',
    'self_attn.o_proj': 'o',
    'mlp.gate_proj': 'gate',
    'mlp.up_proj': 'up',
    'mlp.down_proj': 'down',
  },
  shape: 'out-in',
};

/** Every family whose modules are known, by the `model_type` of config.json. */
export const families: Readonly<Record<string, Family>> = { llama, mistral: llama, qwen2: llama };
