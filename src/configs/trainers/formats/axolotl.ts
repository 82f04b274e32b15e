import { placedNames } from '../names';
import { entryOf, flagOf, textOf } from '../tree';
import type { Format } from './format';
import { hasKey, hasValue, textAt, typed } from './recognize';

const adapterKeys = [
  'lora_r',
  'lora_alpha',
  'lora_dropout',
  'lora_target_modules',
  'lora_target_linear',
  'lora_target_parameters',
  'lora_modules_to_save',
  'lora_rank_pattern',
  'lora_alpha_pattern',
  'lora_model_dir',
  'peft_layers_to_transform',
  'peft_use_dora',
  'peft_use_rslora',
];

/** axolotl's YAML (`schemas/peft.py`, `loaders/adapter.py`); patterns go to PEFT as they are. */
export const axolotl: Format = {
  id: 'axolotl',
  name: 'axolotl',
  documentation: 'https://docs.axolotl.ai/docs/config-reference.html',
  recognizes(root) {
    // Ludwig has base_model and adapter as well.
    if (textAt(root, 'model_type') === 'llm' || hasKey(root, 'input_features', 'output_features'))
      return false;
    switch (typed(entryOf(root, 'adapter'), ['lora', 'qlora'])) {
      case 'whole':
        return hasKey(root, 'base_model', ...adapterKeys);
      case 'begun':
        // `adapter:` alone is how axolotl's examples say that the whole model is trained; its other keys are empty then too.
        return hasKey(root, 'base_model') && hasValue(root, ...adapterKeys);
      case 'other':
        return false;
    }
  },
  places: ['adapter'],
  kindOf: () => 'lora',
  keysOf: () => ({
    baseModel: 'base_model',
    rank: 'lora_r',
    alpha: 'lora_alpha',
    dropout: 'lora_dropout',
    rankStabilized: 'peft_use_rslora',
    dora: 'peft_use_dora',
    initWeights: 'peft_init_lora_weights',
    targets: 'lora_target_modules',
    targetLinear: 'lora_target_linear',
    excluded: 'lora_exclude_modules',
    targetParameters: 'lora_target_parameters',
    modulesToSave: 'lora_modules_to_save',
    layers: 'peft_layers_to_transform',
    layersPattern: 'peft_layers_pattern',
    layerReplication: 'peft_layer_replication',
    rankPattern: 'lora_rank_pattern',
    alphaPattern: 'lora_alpha_pattern',
    seedAdapter: 'lora_model_dir',
    resumeFrom: 'resume_from_checkpoint',
  }),
  defaultsOf: () => ({ rank: 8, alpha: () => 8, targets: null }),
  targetsOf({ targets, targetLinear }) {
    const names = placedNames(targets?.value);
    // All linear modules' names are put beside those that are listed.
    if (flagOf(targetLinear?.value) === true) return { names, pattern: 'all-linear' };
    return { names, pattern: textOf(targets?.value) };
  },
};
