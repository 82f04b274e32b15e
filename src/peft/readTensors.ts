import { open } from 'node:fs/promises';
import { isFloatDtype } from '../files/dtypes';
import type { ModelFolder } from '../files/modelFolder';
import { readTensorFloat32, type SafetensorsHeader, type TensorEntry } from '../files/safetensors';
import { LabError } from '../shared/errors';
import type { Module } from '../shared/words';
import type { NamedArray } from '../shared/namedArray';
import { isSaved, namedModules, prefix, type NamedModules } from './names';
import { isTargeted, type Targets } from './patterns';

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

/**
 * What follows a module's path in the names of its tensors: `lora_A.weight`. The same for all modules of PEFT's kinds, and of
 * a mixture as many as the module has experts.
 *
 * @param path in the class that the adapter was trained on
 */
export type EndingsOf = (path: string) => readonly string[];

interface Place {
  readonly module: Module;
  readonly part: string;
}

interface Places {
  readonly named: NamedModules;
  /** By the tensor's name. */
  readonly places: ReadonlyMap<string, Place>;
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
  targets: Targets,
  endingsOf: EndingsOf,
  saved: readonly string[],
): Promise<AdapterTensors> {
  const { named, places } = placesIn([...tensors.keys()], model, endingsOf);
  const placed = new Map<TensorEntry, Place | string>();
  for (const [name, entry] of tensors) {
    const place = places.get(name) ?? savedName(name, saved);
    if (place === undefined)
      throw invalid(`${name} in ${file} belongs to no module of the model in ${model.dir}`);
    if (!isFloatDtype(entry.dtype)) throw invalid(`${name} in ${file} is stored as ${entry.dtype}`);
    placed.set(entry, place);
  }
  requireComplete(new Set(tensors.keys()), endingsOf, named, targets, file);
  const parts = new Map<Module, Map<string, NamedArray>>();
  const modulesToSave = new Map<string, NamedArray>();
  const handle = await open(file, 'r');
  try {
    for (const [entry, place] of placed) {
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

/** Where tensors belong, under the first root with which one of them is of a module; the model's own where there is none. */
export function placesIn(names: readonly string[], model: ModelFolder, endingsOf: EndingsOf): Places {
  const under = (root: string): Places => {
    const named = namedModules(model, root);
    const places = [...named.paths].flatMap(([module, path]) =>
      endingsOf(path).map((end): [string, Place] => [
        `${prefix}${path}.${end}`,
        { module, part: end.replace(/\.weight$/, '') },
      ]),
    );
    return { named, places: new Map(places) };
  };
  const roots = [model.root, ...model.family.roots.filter((other) => other !== model.root)];
  const all = roots.map(under);
  return all.find(({ places }) => names.some((name) => places.has(name))) ?? under(model.root);
}

function savedName(name: string, saved: readonly string[]): string | undefined {
  const bare = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return isSaved(bare, saved) ? bare : undefined;
}

/** Every module that the configuration targets has all its tensors, and no other module has any. */
function requireComplete(
  present: ReadonlySet<string>,
  endingsOf: EndingsOf,
  named: NamedModules,
  targets: Targets,
  file: string,
): void {
  let adapted = 0;
  for (const path of named.byPath.keys()) {
    const names = endingsOf(path).map((end) => `${prefix}${path}.${end}`);
    const found = names.filter((name) => present.has(name));
    const isMeant = isTargeted(path, targets);
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
