import type { Format } from './format';
import { hasKey, textAt } from './recognize';

const adapterKeys = ['lora_alpha', 'lora_dropout', 'target_modules', 'use_rslora', 'use_loftq', 'use_dora'];

/**
 * The YAML of unsloth's command line and Studio (`unsloth_cli/config.py`). Its switches for attention, MLP and vision choose
 * modules of vision models only; for language models the list of names counts alone.
 */
export const unsloth: Format = {
  id: 'unsloth',
  name: 'unsloth',
  documentation: 'https://unsloth.ai/docs/get-started/fine-tuning-llms-guide/lora-hyperparameters-guide',
  recognizes(root) {
    if (!hasKey(root, 'training') || !hasKey(root, 'lora')) return false;
    if (textAt(root, 'training.training_type') === 'full') return false;
    if (hasKey(root, 'lora.lora_r')) return true;
    // Home-made files have training and lora too, with other keys below.
    if (hasKey(root, 'lora.r', 'lora.rank')) return false;
    const studio = hasKey(root, 'training.training_type', 'training.load_in_4bit');
    return studio && (hasKey(root, ...adapterKeys.map((key) => `lora.${key}`)) || isEmptyBlock(root));
  },
  places: ['lora'],
  kindOf: () => 'lora',
  keysOf: () => ({
    baseModel: 'model',
    rank: 'lora.lora_r',
    alpha: 'lora.lora_alpha',
    dropout: 'lora.lora_dropout',
    rankStabilized: 'lora.use_rslora',
    dora: 'lora.use_dora',
    targets: 'lora.target_modules',
    adaptAttention: 'lora.finetune_attention_modules',
    adaptMlp: 'lora.finetune_mlp_modules',
  }),
  defaultsOf: () => ({
    rank: 64,
    alpha: () => 16,
    targets: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'],
  }),
  commas: true,
};

/** `lora:` is typed, and nothing below it yet. */
const isEmptyBlock = ({ entries }: Parameters<Format['recognizes']>[0]): boolean =>
  entries.findLast(({ key }) => key === 'lora')?.value === undefined;
