import { open } from 'node:fs/promises';
import { isFloatDtype } from '../../files/dtypes';
import type { ModelFolder } from '../../files/modelFolder';
import { readTensorFloat32, type SafetensorsHeader, type TensorEntry } from '../../files/safetensors';
import { LabError } from '../../shared/errors';
import type { Module } from '../../shared/words';
import type { NamedArray } from '../parameter';
import { isSaved, namedModules, prefix, type NamedModules } from './names';
import { isTargeted } from './patterns';
import type { AdapterConfig } from './schema';

/** What an adapter's file holds for one module. */
export interface ModuleTensors {
  readonly module: Module;
  /** Its path in the class that the adapter was trained on. */
  readonly path: string;
  /** `lora_A`, `lora_B` and so on: as many as the kind has. */
  readonly parts: ReadonlyMap<string, NamedArray>;
}

export interface AdapterTensors {
  /** In the model's order. */
  readonly modules: readonly ModuleTensors[];
  readonly modulesToSave: ReadonlyMap<string, NamedArray>;
}

/** What follows a module's path in the names of a kind's tensors. */
const endings: Readonly<Record<AdapterConfig['peft_type'], readonly string[]>> = {
  LORA: ['lora_A.weight', 'lora_B.weight'],
  ADALORA: ['lora_A', 'lora_E', 'lora_B'],
  LILY: ['lily_A.weight', 'lily_B.weight', 'lily_router.weight'],
};

interface Place {
  readonly module: Module;
  readonly part: string;
}

/**
 * Sorts an adapter's tensors by module and reads them.
 *
 * @param saved names of `modules_to_save`
 * @throws LabError `adapter-invalid` where a tensor belongs nowhere, is quantized, or is missing
 */
export async function readTensors(
  { file, tensors }: SafetensorsHeader,
  model: ModelFolder,
  config: AdapterConfig,
  saved: readonly string[],
): Promise<AdapterTensors> {
  const ends = endings[config.peft_type];
  const named = namedModules(model, rootOf([...tensors.keys()], model, ends));
  const places = new Map<TensorEntry, Place | string>();
  for (const [name, entry] of tensors) {
    const place = placeOf(name, ends, named) ?? savedName(name, saved);
    if (place === undefined)
      throw invalid(`${name} in ${file} belongs to no module of the model in ${model.dir}`);
    if (!isFloatDtype(entry.dtype)) throw invalid(`${name} in ${file} is stored as ${entry.dtype}`);
    places.set(entry, place);
  }
  requireComplete(places, ends, named, config, file);
  const parts = new Map<Module, Map<string, NamedArray>>();
  const modulesToSave = new Map<string, NamedArray>();
  const handle = await open(file, 'r');
  try {
    for (const [entry, place] of places) {
      const array = { shape: entry.shape, values: await readTensorFloat32(handle, entry) };
      if (typeof place === 'string') modulesToSave.set(place, array);
      else parts.set(place.module, (parts.get(place.module) ?? new Map()).set(place.part, array));
    }
  } finally {
    await handle.close();
  }
  const modules = [...named.paths].flatMap(([module, path]) => {
    const own = parts.get(module);
    return own === undefined ? [] : [{ module, path, parts: own }];
  });
  return { modules, modulesToSave };
}

/** The root under which a file's names are the model's modules; the model's own where there is none. */
function rootOf(names: readonly string[], model: ModelFolder, ends: readonly string[]): string {
  const roots = [model.root, ...model.family.roots.filter((other) => other !== model.root)];
  const fits = (root: string): boolean => {
    const named = namedModules(model, root);
    return names.some((name) => placeOf(name, ends, named) !== undefined);
  };
  return roots.find(fits) ?? model.root;
}

function placeOf(name: string, ends: readonly string[], { byPath }: NamedModules): Place | undefined {
  if (!name.startsWith(prefix)) return undefined;
  const end = ends.find((ending) => name.endsWith(`.${ending}`));
  if (end === undefined) return undefined;
  const module = byPath.get(name.slice(prefix.length, -end.length - 1));
  return module === undefined ? undefined : { module, part: end.replace('.weight', '') };
}

function savedName(name: string, saved: readonly string[]): string | undefined {
  const bare = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return isSaved(bare, saved) ? bare : undefined;
}

/** Every module that the configuration targets has all its tensors, and no other module has any. */
function requireComplete(
  places: ReadonlyMap<TensorEntry, Place | string>,
  ends: readonly string[],
  named: NamedModules,
  config: AdapterConfig,
  file: string,
): void {
  const present = new Set([...places.keys()].map(({ name }) => name));
  let adapted = 0;
  for (const path of named.byPath.keys()) {
    const names = ends.map((end) => `${prefix}${path}.${end}`);
    const found = names.filter((name) => present.has(name));
    const isMeant = isTargeted(path, config);
    if (!isMeant && found.length > 0)
      throw invalid(`${found[0]} in ${file} is of a module that target_modules leaves out`);
    const missing = isMeant ? names.find((name) => !present.has(name)) : undefined;
    if (missing !== undefined) throw invalid(`${file} lacks ${missing}`);
    if (isMeant) adapted++;
  }
  if (adapted === 0) throw invalid(`target_modules of the adapter of ${file} are no modules of the model`);
}

const invalid = (what: string): LabError =>
  new LabError(
    'adapter-invalid',
    `${what}.`,
    'Use an adapter that was made for this model, and its own configuration.',
  );
