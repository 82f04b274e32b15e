import { basename } from 'node:path';
import type { TrainerConfig } from '../../configs/trainers/description';
import type { ResolvedAdapter } from '../../configs/trainers/resolve';
import type { ExperimentMethod } from '../../shared/words';
import { shares } from './budgets';
import type { Draft } from './draft';

/** What each of PEFT's adapters is planned by: LoRA's layers by FLoE's mask. */
const methods = { lora: 'floe', adalora: 'adalora', lily: 'lily' } as const satisfies Record<
  TrainerConfig['kind'],
  ExperimentMethod
>;

/** What an experiment for a config is made of; paths absolute. */
export interface GivenByConfig extends Pick<Draft, 'file' | 'root' | 'model' | 'tasks'> {
  readonly target: string;
  readonly config: TrainerConfig;
  readonly resolved: ResolvedAdapter | undefined;
}

/** An experiment about a config as it stands: its model, targets, rank and alpha; half of the layers at most. */
export function configDraft({ config, resolved, ...given }: GivenByConfig): Draft {
  const { rank, alpha } = config.settings;
  return {
    ...given,
    modelName: basename(given.model),
    method: methods[config.kind],
    adapter: { targets: targetsOf(config, resolved), rank, alpha, experts: 1 },
    budget: `layers: ${shares[0]}`,
  };
}

/** Names that paths end in: experiments take no expressions. */
function targetsOf({ settings }: TrainerConfig, resolved: ResolvedAdapter | undefined): string[] {
  const found = (resolved?.modules ?? []).map(({ path }) => path.split('.').at(-1) ?? path);
  const names = found.length > 0 ? found : settings.targetNames.map(({ name }) => name);
  return names.length > 0 ? [...new Set(names)] : ['q_proj', 'v_proj'];
}
