import { placedNames } from '../names';
import { entryOf } from '../tree';
import type { Format } from './format';
import { hasKey, hasValue, typed } from './recognize';

const adapterKeys = [
  'lora_rank',
  'lora_alpha',
  'lora_dropout',
  'lora_target',
  'additional_target',
  'adapter_name_or_path',
  'create_new_adapter',
  'pissa_init',
];
const trainingKeys = ['stage', 'do_train', 'dataset', 'template', 'cutoff_len'];

/** LLaMA-Factory's YAML or JSON (`hparams/finetuning_args.py`, `model/adapter.py`). It has no key for ranks by module. */
export const llamaFactory: Format = {
  id: 'llama-factory',
  name: 'LLaMA-Factory',
  documentation: 'https://llamafactory.readthedocs.io/en/latest/advanced/arguments.html',
  recognizes(root) {
    // Files for merging and for serving name the adapter that is there, and train none.
    if (hasKey(root, 'export_dir', 'infer_backend') && !hasKey(root, 'stage', 'do_train')) return false;
    const entry = entryOf(root, 'finetuning_type');
    const model = hasKey(root, 'model_name_or_path');
    // It is LoRA by default.
    if (!entry) return model && hasValue(root, 'lora_rank', 'lora_target') && hasKey(root, ...trainingKeys);
    switch (typed(entry, ['lora'])) {
      case 'whole':
        return model || hasKey(root, ...adapterKeys, ...trainingKeys);
      case 'begun':
        return model && hasKey(root, ...adapterKeys, ...trainingKeys);
      case 'other':
        return false;
    }
  },
  places: ['finetuning_type', 'lora_rank', 'lora_target'],
  kindOf: () => 'lora',
  keysOf: () => ({
    baseModel: 'model_name_or_path',
    rank: 'lora_rank',
    alpha: 'lora_alpha',
    dropout: 'lora_dropout',
    rankStabilized: 'use_rslora',
    dora: 'use_dora',
    targets: 'lora_target',
    modulesToSave: 'additional_target',
    seedAdapter: 'adapter_name_or_path',
    createNewAdapter: 'create_new_adapter',
    resumeFrom: 'resume_from_checkpoint',
  }),
  defaultsOf: () => ({ rank: 8, alpha: (rank) => 2 * rank, targets: 'all-linear' }),
  commas: true,
  targetsOf({ targets }) {
    const names = placedNames(targets?.value, { commas: true });
    const all = names.length === 1 && names[0]?.name === 'all';
    return all ? { names: [], pattern: 'all-linear' } : { names };
  },
};
