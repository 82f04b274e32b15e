import { stat } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { requireInFolder } from '../files/inFolder';
import { readJsonAs } from '../files/json';
import type { ModelFolder } from '../files/modelFolder';
import { readSafetensorsHeader } from '../files/safetensors';
import { LabError } from '../shared/errors';
import type { NamedArray } from '../shared/namedArray';
import { configName, inputFactorKey, weightsName } from './folder';
import { adaLoraScaling } from './merge';
import { savedNames } from './names';
import { requireConsistent, valueFor } from './patterns';
import { shareLily } from './readLily';
import { readTensors, type ModuleTensors } from './readTensors';
import { requireShapes } from './requireShapes';
import {
  aboutConfig,
  configSchema,
  requireComputable,
  type AdaLoraConfig,
  type AdapterConfig,
  type LoraConfig,
} from './schema';

/** A module's adapter in numbers. */
export interface ReadModule {
  readonly rank: number;
  readonly alpha: number;
  /** What the product of its matrices is multiplied by. */
  readonly scaling: number;
}

/** An adapter in PEFT's layout, under our names. */
export interface ReadAdapter {
  readonly kind: 'lora' | 'adalora' | 'lily';
  readonly config: AdapterConfig;
  /** It was trained with a factor of the input (dynamic LoRA), which its files do not hold. */
  readonly inputFactor: boolean;
  /** By the model's path, in its order. */
  readonly modules: ReadonlyMap<string, ReadModule>;
  /** `<path>.lora_A` and so on; Lily's shared tensors once. */
  readonly arrays: ReadonlyMap<string, NamedArray>;
  /** Modules that were trained whole, by their tensors' names: `classifier.weight`. */
  readonly modulesToSave: ReadonlyMap<string, NamedArray>;
}

/** What follows a module's path in the names of a kind's tensors. */
const endingsOf: Readonly<Record<AdapterConfig['peft_type'], readonly string[]>> = {
  LORA: ['lora_A.weight', 'lora_B.weight'],
  ADALORA: ['lora_A', 'lora_E', 'lora_B'],
  LILY: ['lily_A.weight', 'lily_B.weight', 'lily_router.weight'],
};

/**
 * Reads an adapter that PEFT or we saved: `adapter_config.json` and `adapter_model.safetensors`. float16 and bfloat16 are
 * widened. Names may be those of the class with a head or of the bare model, whatever the model's own files have.
 *
 * @param folder of the adapter
 * @throws LabError `adapter-invalid` where a file is missing or unreadable, the configuration asks for what is not computed
 *   here, a tensor is missing, has another shape than module and rank say, or belongs to no module
 */
export async function readAdapter(folder: string, model: ModelFolder): Promise<ReadAdapter> {
  const config = await readConfig(folder);
  const header = await readSafetensorsHeader(await weightsOf(folder));
  const endings = endingsOf[config.peft_type];
  const tensors = await readTensors(header, model, config, () => endings, savedNames(config));
  const { file } = header;
  if (config.peft_type === 'LILY')
    return { kind: 'lily', inputFactor: false, ...shareLily(tensors, config, file) };
  const { modulesToSave } = tensors;
  const modules = new Map<string, ReadModule>();
  const arrays = new Map<string, NamedArray>();
  for (const one of tensors.modules) {
    const read =
      config.peft_type === 'LORA' ? loraModule(one, config, file) : adaLoraModule(one, config, file);
    if (read.rank === 0) continue;
    modules.set(one.module.path, read);
    for (const [part, array] of one.parts) arrays.set(`${one.module.path}.${part}`, array);
  }
  return {
    kind: config.peft_type === 'LORA' ? 'lora' : 'adalora',
    inputFactor: header.metadata[inputFactorKey] !== undefined,
    ...{ config, modules, arrays, modulesToSave },
  };
}

/**
 * Reads `adapter_config.json`.
 *
 * @param folder of the adapter
 * @throws LabError `adapter-invalid` where it is missing or unreadable, or asks for what is not computed here
 */
export async function readConfig(folder: string): Promise<AdapterConfig> {
  const file = path.join(folder, configName);
  await requireInFolder(folder, file, 'adapter-invalid', 'The adapter configuration');
  requireComputable(await readJsonAs(file, z.looseObject({}), aboutConfig), file);
  const config = await readJsonAs(file, configSchema, aboutConfig);
  requireConsistent(config, file);
  return config;
}

/**
 * A module's numbers in LoRA's configuration.
 *
 * @param name its path in the class that the adapter was trained on
 * @param usualRank of modules that have none of their own
 */
export function loraRow(
  name: string,
  config: Pick<LoraConfig, 'rank_pattern' | 'alpha_pattern' | 'lora_alpha' | 'use_rslora'>,
  usualRank: number,
): ReadModule {
  const rank = valueFor(config.rank_pattern, name) ?? usualRank;
  const alpha = valueFor(config.alpha_pattern, name) ?? config.lora_alpha;
  return { rank, alpha, scaling: alpha / (config.use_rslora ? Math.sqrt(rank) : rank) };
}

/** @throws LabError `adapter-invalid` where shapes are not those of the module at the rank of the configuration */
function loraModule(one: ModuleTensors, config: LoraConfig, file: string): ReadModule {
  const row = loraRow(one.path, config, config.r);
  const { inFeatures, outFeatures } = one.module;
  requireShapes(one, { lora_A: [row.rank, inFeatures], lora_B: [outFeatures, row.rank] }, file);
  return row;
}

function adaLoraModule(one: ModuleTensors, config: AdaLoraConfig, file: string): ReadModule {
  const { init_r: initial, lora_alpha: alpha } = config;
  const { inFeatures, outFeatures } = one.module;
  const kept =
    config.rank_pattern?.[`${one.path}.lora_E`] ?? config.rank_pattern?.[`${one.path}.lora_E.default`];
  const rank = kept === undefined ? initial : kept.filter(Boolean).length;
  requireShapes(one, { lora_A: [rank, inFeatures], lora_E: [rank, 1], lora_B: [outFeatures, rank] }, file);
  return { rank, alpha, scaling: adaLoraScaling(alpha, initial, rank) };
}

/** @throws LabError `adapter-invalid` where an adapter's weights are missing, a pickle, or a link out of the folder */
export async function weightsOf(folder: string): Promise<string> {
  const file = path.join(folder, weightsName);
  const exists = (name: string) =>
    stat(path.join(folder, name)).then(
      () => true,
      () => false,
    );
  if (await exists(weightsName)) {
    await requireInFolder(folder, file, 'adapter-invalid', 'The file of weights');
    return file;
  }
  const isPickled = await exists('adapter_model.bin');
  throw new LabError(
    'adapter-invalid',
    isPickled
      ? `The adapter in ${folder} is saved as a pickle, adapter_model.bin, which is not read.`
      : `The adapter's weights ${file} do not exist.`,
    isPickled ? 'Save it once more with safe_serialization=True.' : aboutConfig.next,
  );
}
