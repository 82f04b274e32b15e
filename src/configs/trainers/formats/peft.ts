import type { AdapterKind } from '../description';
import type { KeyTable } from '../fields';
import { entryOf, textOf, type MapNode } from '../tree';
import type { Format } from './format';
import { hasKey, hasValue, typed } from './recognize';

/** What `peft_type` of `adapter_config.json` says for each kind. */
const kinds: Readonly<Record<string, AdapterKind>> = { LORA: 'lora', ADALORA: 'adalora', LILY: 'lily' };

const common: KeyTable = {
  baseModel: 'base_model_name_or_path',
  targets: 'target_modules',
  excluded: 'exclude_modules',
  modulesToSave: 'modules_to_save',
  layers: 'layers_to_transform',
  layersPattern: 'layers_pattern',
};

const lora: KeyTable = {
  ...common,
  rank: 'r',
  alpha: 'lora_alpha',
  dropout: 'lora_dropout',
  rankStabilized: 'use_rslora',
  dora: 'use_dora',
  initWeights: 'init_lora_weights',
  targetParameters: 'target_parameters',
  layerReplication: 'layer_replication',
  rankPattern: 'rank_pattern',
  alphaPattern: 'alpha_pattern',
  evaConfig: 'eva_config',
};

/** Keyword arguments of PEFT's configurations are these as well (`LoraConfig`, `AdaLoraConfig`, `LilyConfig`). */
export const peftKeys: Readonly<Record<AdapterKind, KeyTable>> = {
  lora,
  // Its rank_pattern is no pattern: it lists, by matrix, which triplets were kept.
  adalora: {
    ...common,
    rank: 'init_r',
    alpha: 'lora_alpha',
    dropout: 'lora_dropout',
    targetRank: 'target_r',
    tinit: 'tinit',
    tfinal: 'tfinal',
    deltaT: 'deltaT',
    totalStep: 'total_step',
  },
  lily: { ...common, rank: 'r', strideA: 'stride_A', numB: 'num_B', scaling: 'scaling' },
};

/** PEFT's defaults (0.20: `LoraConfig`, `AdaLoraConfig`, `LilyConfig`). Lily has no alpha: it scales by itself. */
export const peftDefaults = {
  lora: { rank: 8, alpha: () => 8, targets: null },
  adalora: { rank: 12, alpha: () => 8, targets: null },
  lily: { rank: 32, alpha: (rank: number) => rank, targets: null },
} as const;

/** `adapter_config.json` of PEFT: LoRA, AdaLoRA, Lily. */
export const peft: Format = {
  id: 'peft',
  name: 'PEFT',
  documentation: 'https://huggingface.co/docs/peft/package_reference/lora',
  recognizes(root) {
    const type = typed(entryOf(root, 'peft_type'), Object.keys(kinds));
    if (type === 'whole') return true;
    const ranks = ['r', 'init_r', 'lora_alpha', 'num_B'];
    return (
      type === 'begun' &&
      hasValue(root, ...ranks) &&
      hasKey(root, 'target_modules', 'base_model_name_or_path')
    );
  },
  places: ['peft_type'],
  kindOf(root) {
    // A quote that is not closed takes the line's comma in.
    const type = textOf(entryOf(root, 'peft_type')?.value)?.replace(/[",\s]+$/, '') ?? '';
    return Object.hasOwn(kinds, type) ? (kinds[type] ?? 'lora') : kindByKeys(root);
  },
  keysOf: (kind) => peftKeys[kind],
  defaultsOf: (kind) => peftDefaults[kind],
};

function kindByKeys(root: MapNode): AdapterKind {
  if (hasKey(root, 'init_r', 'target_r', 'total_step')) return 'adalora';
  return hasKey(root, 'num_B', 'stride_A') ? 'lily' : 'lora';
}
