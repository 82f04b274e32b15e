import type { TrainerConfig } from '../../../configs/trainers/description';
import { readTrainerConfigs } from '../../../configs/trainers/read';
import type { SyntaxFault } from '../../../configs/trainers/tree';
import type { BaseModel } from '../../../files/baseModel';
import { LabError } from '../../../shared/errors';
import type { FoundBase } from '../../trainers/baseModels';

/**
 * The configuration in the text of an `adapter_config.json`.
 *
 * @param file its name
 * @throws LabError `adapter-invalid` where it is none of PEFT's
 */
export function adapterConfigIn(
  text: string,
  file: string,
): { readonly config: TrainerConfig; readonly faults: readonly SyntaxFault[] } {
  const { configs, faults } = readTrainerConfigs(text, 'json');
  const [config] = configs;
  if (config?.format === 'peft') return { config, faults };
  throw new LabError(
    'adapter-invalid',
    `${file} is no configuration of LoRA, AdaLoRA or Lily as PEFT writes it.`,
    'Correct it as text.',
  );
}

/** @throws LabError with what is missing, or why it cannot be read */
export function baseModelIn(found: FoundBase, file: string): BaseModel {
  if (found.kind === 'found') return found.model;
  if (found.kind === 'unreadable') throw found.error;
  throw found.kind === 'missing'
    ? new LabError(
        'model-missing',
        `The base model ${found.name} of ${file} is not on this machine, so its modules are not known.`,
        'Say where it lies.',
      )
    : new LabError(
        'adapter-invalid',
        `${file} names no base model, so its modules are not known.`,
        'Name it as base_model_name_or_path.',
      );
}
