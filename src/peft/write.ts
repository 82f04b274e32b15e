import type { ModelFolder } from '../files/modelFolder';
import { LabError } from '../shared/errors';
import type { NamedArray } from '../shared/namedArray';
import {
  adaLoraConfig,
  loraConfig,
  type AdaLoraSchedule,
  type ConfigBase,
  type RankAndAlpha,
} from './config';
import { inputFactorKey, writeAdapterFolder } from './folder';
import { classRootOf, namedModules, prefix, type TaskType } from './names';
import { savedModules, type SavedModule } from './savedModules';

/** Tensors by our own names: `<module path>.lora_A`. */
export type Arrays = ReadonlyMap<string, NamedArray>;

export interface SaveOptions {
  readonly taskType: TaskType;
  /** The model's name on the hub, or a folder relative to the adapter's. */
  readonly baseModel?: string | undefined;
  /** What the adapter's input was dropped out with while it trained. */
  readonly dropout?: number | undefined;
  /** Modules that were trained whole, by path: `classifier`. */
  readonly modulesToSave?: ReadonlyMap<string, SavedModule> | undefined;
}

/**
 * Saves LoRA as PEFT does (source: PEFT 0.21, `get_peft_model_state_dict`): `base_model.model.<path>.lora_A.weight` [r, in]
 * and `….lora_B.weight` [out, r], float32.
 *
 * @param lora its modules by our path, and `<path>.lora_A`, `<path>.lora_B`; a module of rank 0 is left out
 * @throws LabError `adapter-invalid` where a tensor is missing or of another shape, or what `loraConfig` throws
 */
export async function saveLora(
  folder: string,
  model: ModelFolder,
  lora: {
    readonly modules: ReadonlyMap<string, RankAndAlpha>;
    readonly arrays: Arrays;
    readonly rankStabilized: boolean;
    /** Dynamic LoRA's, which the files cannot hold: that it is missing is noted in them. */
    readonly inputFactor?: number | undefined;
  },
  options: SaveOptions,
): Promise<void> {
  const ready = await prepare(model, options);
  const tensors = new Map<string, NamedArray>();
  const modules = new Map<string, RankAndAlpha>();
  for (const [module, path] of ready.named.paths) {
    const row = lora.modules.get(module.path);
    if (row === undefined || row.rank === 0) continue;
    modules.set(path, row);
    const { rank } = row;
    const take = (part: string, shape: readonly number[]) =>
      takeArray(lora.arrays, `${module.path}.${part}`, shape);
    tensors.set(`${prefix}${path}.lora_A.weight`, take('lora_A', [rank, module.inFeatures]));
    tensors.set(`${prefix}${path}.lora_B.weight`, take('lora_B', [module.outFeatures, rank]));
  }
  const { rankStabilized, inputFactor = 0 } = lora;
  const config = loraConfig(modules, { rankStabilized, dropout: options.dropout ?? 0 }, ready.base);
  const metadata = inputFactor > 0 ? { [inputFactorKey]: `${inputFactor}` } : undefined;
  await writeAdapterFolder(folder, { config, tensors: ready.withSaved(tensors), metadata });
}

/**
 * Saves AdaLoRA: `….lora_A` [r, in], `….lora_E` [r, 1], `….lora_B` [out, r], which have no `.weight`. What was pruned stays,
 * with an E of 0.
 *
 * @param modules of one rank and one alpha: PEFT has `init_r` and `lora_alpha` for all
 */
export async function saveAdaLora(
  folder: string,
  model: ModelFolder,
  adalora: {
    readonly modules: ReadonlyMap<string, RankAndAlpha>;
    readonly arrays: Arrays;
    readonly schedule: AdaLoraSchedule;
  },
  options: SaveOptions,
): Promise<void> {
  const usual = oneForAll(adalora.modules, 'AdaLoRA');
  const { rank } = usual;
  const ready = await prepare(model, options);
  const tensors = new Map<string, NamedArray>();
  const targeted: string[] = [];
  for (const [module, path] of ready.named.paths) {
    if (!adalora.modules.has(module.path)) continue;
    targeted.push(path);
    const add = (part: string, shape: readonly number[]): void => {
      tensors.set(`${prefix}${path}.${part}`, takeArray(adalora.arrays, `${module.path}.${part}`, shape));
    };
    add('lora_A', [rank, module.inFeatures]);
    add('lora_E', [rank, 1]);
    add('lora_B', [module.outFeatures, rank]);
  }
  const config = adaLoraConfig(usual, adalora.schedule, { ...ready.base, targeted }, options.dropout ?? 0);
  await writeAdapterFolder(folder, { config, tensors: ready.withSaved(tensors) });
}

/** What every kind needs: names in the class that PEFT loads, what all configurations say, and modules saved whole. */
export async function prepare(model: ModelFolder, { taskType, baseModel, modulesToSave }: SaveOptions) {
  const named = namedModules(model, classRootOf(model, taskType));
  const saved = await savedModules(model, taskType, modulesToSave ?? new Map());
  const base: Omit<ConfigBase, 'targeted'> = {
    paths: [...named.paths.values()],
    taskType,
    baseModel: baseModel ?? null,
    modulesToSave: saved.names,
    fanInFanOut: model.family.shape === 'in-out',
  };
  const withSaved = (tensors: Arrays): Arrays =>
    new Map([...tensors, ...[...saved.tensors].map(([name, array]) => [prefix + name, array] as const)]);
  return { named, base, withSaved };
}

/** @throws LabError `adapter-invalid` where it is missing or of another shape */
export function takeArray(arrays: Arrays, name: string, shape: readonly number[]): NamedArray {
  const array = arrays.get(name);
  if (array?.shape.join() === shape.join()) return array;
  const what = array ? `is [${array.shape.join(', ')}], not [${shape.join(', ')}]` : 'is missing';
  throw new LabError(
    'adapter-invalid',
    `The adapter cannot be saved: its tensor ${name} ${what}.`,
    'Save it with the plan and the model that it was trained with.',
  );
}

/** @throws LabError `adapter-invalid` where modules differ in what a format has once */
export function oneForAll(modules: ReadonlyMap<string, RankAndAlpha>, format: string): RankAndAlpha {
  const [usual] = modules.values();
  const isOne = [...modules.values()].every((row) => row.rank === usual?.rank && row.alpha === usual.alpha);
  if (usual !== undefined && isOne && usual.rank > 0) return usual;
  throw new LabError(
    'adapter-invalid',
    `The adapter cannot be saved: PEFT's ${format} has one rank and one alpha for all modules, above 0.`,
    'Give all modules of the plan the same rank and alpha.',
  );
}
