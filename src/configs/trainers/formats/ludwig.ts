import type { AdapterKind } from '../description';
import type { KeyTable } from '../fields';
import { entryAt, entryOf, textOf, type ConfigEntry, type MapNode } from '../tree';
import type { Format } from './format';
import { hasKey, hasValue, typed } from './recognize';

const common: KeyTable = {
  baseModel: 'base_model',
  alpha: 'adapter.alpha',
  dropout: 'adapter.dropout',
  targets: 'adapter.target_modules',
  rankStabilized: 'adapter.use_rslora',
  dora: 'adapter.use_dora',
  initWeights: 'adapter.init_lora_weights',
  layerReplication: 'adapter.layer_replication',
  seedAdapter: 'adapter.pretrained_adapter_weights',
};

const keys: Readonly<Record<'lora' | 'adalora', KeyTable>> = {
  lora: {
    ...common,
    rank: 'adapter.r',
    rankPattern: 'adapter.rank_pattern',
    alphaPattern: 'adapter.alpha_pattern',
    evaConfig: 'adapter.eva_config',
  },
  // Its rank_pattern is PEFT's list of triplets that were kept.
  adalora: {
    ...common,
    rank: 'adapter.init_r',
    targetRank: 'adapter.target_r',
    tinit: 'adapter.tinit',
    tfinal: 'adapter.tfinal',
    deltaT: 'adapter.delta_t',
    totalStep: 'adapter.total_step',
  },
};

/** Ludwig's YAML (`schema/llms/peft.py`): `adapter:` is a map with a type, or the type alone. */
export const ludwig: Format = {
  id: 'ludwig',
  name: 'Ludwig',
  documentation: 'https://ludwig.ai/latest/configuration/large_language_model/',
  recognizes(root) {
    const model = typed(entryOf(root, 'model_type'), ['llm']);
    const features = hasKey(root, 'input_features', 'output_features');
    if (model === 'other' || (model === 'begun' && !features)) return false;
    const type = typeOf(root);
    if (typed(type, ['lora', 'adalora']) === 'whole') return true;
    const open = type === undefined || typed(type, ['lora', 'adalora']) === 'begun';
    return (
      open && hasValue(root, ...['r', 'alpha', 'target_modules', 'init_r'].map((key) => `adapter.${key}`))
    );
  },
  places: ['adapter'],
  kindOf: (root): AdapterKind => {
    if (textOf(typeOf(root)?.value) === 'adalora') return 'adalora';
    return typed(typeOf(root), ['lora']) === 'other' && hasKey(root, 'adapter.init_r') ? 'adalora' : 'lora';
  },
  keysOf: (kind) => (kind === 'adalora' ? keys.adalora : keys.lora),
  // AdaLoRA's alpha is twice the LoRA rank r, which it has as well, and not twice its first rank.
  defaultsOf: (kind) =>
    kind === 'adalora'
      ? { rank: 12, alpha: () => 16, targets: null }
      : { rank: 8, alpha: (rank) => 2 * rank, targets: null },
};

/** Where the type is said: `adapter.type`, or `adapter` where it is no map. */
function typeOf(root: MapNode): ConfigEntry | undefined {
  const adapter = entryOf(root, 'adapter');
  return adapter?.value?.kind === 'map' ? entryAt(root, 'adapter.type') : adapter;
}
