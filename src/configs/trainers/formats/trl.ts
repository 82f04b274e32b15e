import { placedNames } from '../names';
import { entryOf, flagOf, textOf } from '../tree';
import type { Format } from './format';
import { hasKey, hasValue, typed } from './recognize';

const adapterKeys = ['lora_r', 'lora_alpha', 'lora_dropout', 'lora_target_modules', 'lora_target_parameters'];

/** The YAML of TRL's command line (`trainer/model_config.py`). */
export const trl: Format = {
  id: 'trl',
  name: 'TRL',
  documentation: 'https://huggingface.co/docs/trl/clis',
  recognizes(root) {
    // Other trainers' files, which have some of the same keys.
    if (hasKey(root, 'finetuning_type', 'lora_rank', 'lora_target', 'base_model', 'adapter')) return false;
    const model = hasKey(root, 'model_name_or_path');
    const use = entryOf(root, 'use_peft');
    const flag = flagOf(use?.value);
    if (flag !== undefined) return flag && (model || hasKey(root, ...adapterKeys));
    if (use) return typed(use, ['true', 'True', 'yes']) === 'begun' && hasKey(root, ...adapterKeys);
    // Not said: TRL trains the whole model then, which whoever wrote lora_r did not mean.
    return model && hasValue(root, 'lora_r') && hasKey(root, 'dataset_name', 'datasets', 'output_dir');
  },
  places: ['use_peft', 'lora_r'],
  kindOf: () => 'lora',
  keysOf: () => ({
    baseModel: 'model_name_or_path',
    rank: 'lora_r',
    alpha: 'lora_alpha',
    dropout: 'lora_dropout',
    rankStabilized: 'use_rslora',
    dora: 'use_dora',
    targets: 'lora_target_modules',
    targetParameters: 'lora_target_parameters',
    modulesToSave: 'lora_modules_to_save',
    resumeFrom: 'resume_from_checkpoint',
  }),
  defaultsOf: () => ({ rank: 16, alpha: () => 32, targets: null }),
  targetsOf({ targets }) {
    const names = placedNames(targets?.value);
    // A list of one is taken out of its list, so that PEFT reads it as an expression for the whole path.
    const [only] = names;
    if (only && names.length === 1) return { names: [], pattern: only.name };
    return { names, pattern: textOf(targets?.value) };
  },
};
