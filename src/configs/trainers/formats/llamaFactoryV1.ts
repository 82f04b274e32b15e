import { placedNames } from '../names';
import { entryAt, textOf } from '../tree';
import type { Format } from './format';
import { hasKey, typed } from './recognize';

const adapterKeys = ['r', 'lora_alpha', 'lora_dropout', 'target_modules', 'use_rslora', 'use_dora'].map(
  (key) => `peft_config.${key}`,
);

/** LLaMA-Factory v1's YAML (`v1/plugins/model_plugins/peft.py`): the adapter is a plugin that is called by its name. */
export const llamaFactoryV1: Format = {
  id: 'llama-factory-v1',
  name: 'LLaMA-Factory v1',
  documentation: 'https://github.com/hiyouga/LLaMA-Factory/tree/main/examples/v1',
  recognizes(root) {
    // GLM's scripts have a peft_config of PEFT's own keys.
    if (hasKey(root, 'peft_config.peft_type')) return false;
    const name = entryAt(root, 'peft_config.name');
    if (typed(name, ['lora']) === 'whole') return true;
    const own = ['model_class', 'kernel_config', 'dist_config', 'train_dataset', 'sample_backend'];
    const open = name === undefined || typed(name, ['lora']) === 'begun';
    return open && hasKey(root, 'model') && hasKey(root, ...own) && hasKey(root, ...adapterKeys);
  },
  places: ['peft_config'],
  kindOf: () => 'lora',
  keysOf: () => ({
    baseModel: 'model',
    rank: 'peft_config.r',
    alpha: 'peft_config.lora_alpha',
    dropout: 'peft_config.lora_dropout',
    rankStabilized: 'peft_config.use_rslora',
    dora: 'peft_config.use_dora',
    targets: 'peft_config.target_modules',
    modulesToSave: 'peft_config.modules_to_save',
    seedAdapter: 'peft_config.adapter_name_or_path',
  }),
  defaultsOf: () => ({ rank: 8, alpha: () => 16, targets: 'all-linear' }),
  targetsOf({ targets }) {
    const text = textOf(targets?.value);
    if (text === 'all') return { names: [], pattern: 'all-linear' };
    // A text is one name, and no expression.
    return { names: placedNames(targets?.value, { text: true }) };
  },
};
