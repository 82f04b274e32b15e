import type { TrainerConfig } from '../description';
import type { Field } from '../fields';
import { isKnown } from '../known';
import { textOf } from '../tree';
import { nearestUniform } from './uniform';
import { span, type WantedModule } from './wantedModules';

/** What other keys of a file do to a plan that is written into it, a sentence each. */
export const otherLosses = (
  config: TrainerConfig,
  modules: ReadonlyMap<string, WantedModule>,
): readonly string[] => [
  ...ignored(config),
  ...stabilized(config, modules),
  ...pruned(config, modules),
  ...untold(config),
  ...unpacked(config),
];

/** Trainers that load an adapter take ranks from it. */
function ignored({ keys, said }: TrainerConfig): string[] {
  const folder = textOf(said.seedAdapter?.value);
  return keys.seedAdapter === undefined || folder === undefined || folder === ''
    ? []
    : [`${keys.seedAdapter} is set: the trainer takes ranks and modules from ${folder}, not from this file.`];
}

/** rsLoRA scales with α/√r, plans are made for α/r. */
function stabilized(
  { settings, keys, kind }: TrainerConfig,
  modules: ReadonlyMap<string, WantedModule>,
): string[] {
  if (!settings.rankStabilized || kind !== 'lora') return [];
  const roots = [...modules.values()].map(({ rank }) => Math.sqrt(rank));
  if (roots.every((root) => root === 1)) return [];
  return [
    `${keys.rankStabilized} is true: updates are scaled by alpha / √rank, ${span(roots)} times as much as planned.`,
  ];
}

/** AdaLoRA has one rank for all modules to begin with. */
function pruned(
  { settings: { adalora } }: TrainerConfig,
  modules: ReadonlyMap<string, WantedModule>,
): string[] {
  if (!adalora) return [];
  const { rank } = nearestUniform(modules);
  return [
    rank > adalora.targetRank
      ? `AdaLoRA begins with rank ${rank} and prunes it to target_r ${adalora.targetRank} on average.`
      : `AdaLoRA begins with rank ${rank}, which is not above target_r ${adalora.targetRank}: nothing is pruned.`,
  ];
}

/** What can leave modules out, add to them or scale them, and is not written here. */
const others: readonly Field[] = ['rankStabilized', 'modulesToSave', 'layerReplication', 'targetParameters'];

function untold(config: TrainerConfig): string[] {
  const keys = others.flatMap((field) =>
    config.said[field] && !isKnown(config, field) ? [config.said[field].key] : [],
  );
  return keys.map((key) => `${key} is not known from the text, and what it does to the plan is not either.`);
}

/** Python's `**settings` may hold a key that is written beside it, which Python refuses when it runs. */
const unpacked = ({ root }: TrainerConfig): string[] =>
  root.hasUnknownKeys
    ? [
        'The call takes arguments that the text does not tell: take keys out of them that now stand in the call, and see that none chooses modules or scales.',
      ]
    : [];
