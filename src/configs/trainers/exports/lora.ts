import { loraConfig } from '../../../peft/config';
import type { Planned } from './export';

/** A plan as the arguments of PEFT's `LoraConfig`, which most trainers hand on. */
export interface LoraArguments {
  readonly r: number;
  readonly lora_alpha: number;
  /** Full paths. */
  readonly target_modules: readonly string[];
  /** Every module by its exact path; empty where all are alike. */
  readonly rank_pattern: Readonly<Record<string, number>>;
  readonly alpha_pattern: Readonly<Record<string, number>>;
}

/**
 * The whole of `adapter_config.json`, to train with: PEFT saves `inference_mode: true`, and would freeze an adapter that
 * is made from such a file.
 *
 * @throws LabError `adapter-invalid` where a name cannot be read in one way only
 */
export const loraFile = ({ modules, base }: Planned): LoraArguments & Readonly<Record<string, unknown>> =>
  ({
    ...loraConfig(
      new Map(modules.map(({ path, rank, alpha }) => [path, { rank, alpha }])),
      { rankStabilized: false, dropout: 0 },
      base,
    ),
    inference_mode: false,
  }) as unknown as LoraArguments & Readonly<Record<string, unknown>>;

export const isEmpty = (pattern: Readonly<Record<string, number>>): boolean =>
  Object.keys(pattern).length === 0;
