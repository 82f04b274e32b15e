import type { AdapterKind } from '../description';
import type { Callee } from '../pythonTree';
import { flagOf } from '../tree';
import type { Format, Said } from './format';
import { peftDefaults, peftKeys } from './peft';

/** A call of PEFT: its keyword arguments are the keys of `adapter_config.json`. */
const peftCall = (kind: AdapterKind): Format => ({
  id: 'python',
  name: 'Python',
  documentation: 'https://huggingface.co/docs/peft/package_reference/lora',
  // Recognized by what is called; the arguments alone could be anything's.
  recognizes: () => false,
  kindOf: () => kind,
  keysOf: () => peftKeys[kind],
  defaultsOf: () => peftDefaults[kind],
});

const attention = ['q_proj', 'k_proj', 'v_proj', 'o_proj'];
const mlp = ['gate_proj', 'up_proj', 'down_proj'];

/**
 * unsloth's `FastLanguageModel.get_peft_model(model, …)` (`models/llama.py`; `models/vision.py` for the flags). What it has no
 * parameter for, `rank_pattern` among it, goes to `LoraConfig`.
 */
const unslothCall: Format = {
  ...peftCall('lora'),
  name: 'Python (unsloth)',
  documentation: 'https://docs.unsloth.ai/get-started/fine-tuning-llms-guide/lora-hyperparameters-guide',
  keysOf: () => ({
    ...peftKeys.lora,
    lastLayers: 'finetune_last_n_layers',
    adaptAttention: 'finetune_attention_modules',
    adaptMlp: 'finetune_mlp_modules',
  }),
  defaultsOf: (_, said) => ({ rank: 16, alpha: () => 16, targets: unslothTargets(said) }),
};

/** Without names, the flags decide; what is not said is adapted. */
const unslothTargets = ({ adaptAttention, adaptMlp }: Said): string[] => [
  ...(flagOf(adaptAttention?.value) === false ? [] : attention),
  ...(flagOf(adaptMlp?.value) === false ? [] : mlp),
];

/** The format of each call that is recognized. */
export const pythonFormats: Readonly<Record<Callee, Format>> = {
  LoraConfig: peftCall('lora'),
  AdaLoraConfig: peftCall('adalora'),
  LilyConfig: peftCall('lily'),
  get_peft_model: unslothCall,
};
