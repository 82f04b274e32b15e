import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TrainerConfig } from '../../../configs/trainers/description';
import { entryOf, numberOf } from '../../../configs/trainers/tree';
import { expertsName } from '../../../peft/folder';
import { parseJson } from '../../../shared/parseJson';

/** A mixture of LoRA experts in PEFT's layout, as MoLA and HydraLoRA save it and as FLoE and LoRA-SMoE are saved. */
export interface Mixture {
  readonly form: 'mola' | 'hydra';
  /** Experts of all modules; MoLA's by layer. */
  readonly experts: number | readonly number[];
  /** By layer, where the file has a list of them. */
  readonly ranks: readonly number[] | undefined;
}

/** What a configuration says of experts; undefined where it is plain LoRA. */
export function mixtureOf({ root }: TrainerConfig): Mixture | undefined {
  const listOf = (key: string): number[] | undefined => {
    const value = entryOf(root, key)?.value;
    return value?.kind === 'list' ? value.items.flatMap((item) => numberOf(item) ?? []) : undefined;
  };
  const ranks = listOf('r');
  const byLayer = listOf('number_experts');
  if (byLayer) return { form: 'mola', experts: byLayer, ranks };
  const all = numberOf(entryOf(root, 'lora_nums')?.value);
  return all === undefined ? undefined : { form: 'hydra', experts: all, ranks };
}

/**
 * The experts of each module by its path in the class, as they are saved beside a mixture; none where there is no such file.
 *
 * @param file of the configuration, absolute
 */
export async function expertsBeside(file: string): Promise<ReadonlyMap<string, number>> {
  const text = await readFile(join(dirname(file), expertsName), 'utf8').catch(() => '{}');
  try {
    const value = parseJson(text) as Readonly<Record<string, unknown>>;
    return new Map(
      Object.entries(value).filter((row): row is [string, number] => typeof row[1] === 'number'),
    );
  } catch {
    // Half written: what the configuration says of all modules holds.
    return new Map();
  }
}
