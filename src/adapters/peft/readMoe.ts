import path from 'node:path';
import * as z from 'zod';
import { readJsonAs } from '../../files/json';
import { configName } from './folder';
import { aboutConfig } from './schema';

/** What MoLA and HydraLoRA call their numbers of experts: by layer, and the one for all modules. */
const moeSchema = z.looseObject({
  number_experts: z.array(z.number().int().positive()).nonempty().optional(),
  lora_nums: z.number().int().positive().nullish(),
});

/**
 * Experts of the module with the most, of an adapter in MoLA's or HydraLoRA's layout; undefined where it is in neither.
 *
 * @param folder of the adapter
 * @throws LabError `adapter-invalid` where its configuration cannot be read
 */
export async function mostExperts(folder: string): Promise<number | undefined> {
  const config = await readJsonAs(path.join(folder, configName), moeSchema, aboutConfig);
  const { number_experts: byLayer, lora_nums: all } = config;
  return byLayer === undefined ? (all ?? undefined) : Math.max(...byLayer);
}
