import type { BaseModel } from '../../../files/baseModel';
import type { Targets } from '../../../peft/patterns';
import { LabError } from '../../../shared/errors';
import type { TrainerConfig } from '../description';
import type { Field } from '../fields';
import { isKnown } from '../known';
import { resolve } from '../resolve';
import { flagOf, textOf } from '../tree';
import { says, type PlainValue } from './plainValue';
import type { KeyChange } from './setKey';
import { torchtuneTargets } from './torchtune';

/** Edits that make a file name modules, and which it names then. */
export interface TargetChanges {
  readonly changes: readonly KeyChange[];
  /** By path in the class. More than wanted where the trainer cannot name them one by one. */
  readonly adapted: readonly string[];
}

/** One way to name modules. */
interface Form {
  readonly names: readonly string[];
  /** Undefined where all layers are meant. */
  readonly layers?: readonly number[] | undefined;
  readonly dropExcluded?: boolean;
}

/**
 * The shortest way to name exactly the modules of a plan: as the file has it; its names in other layers; the ends of paths,
 * in all layers or in some; and at last full paths, beside which layers must not be named (PEFT takes full paths whatever
 * the layer). What a form comes to is asked of `resolve`, so that it is what the trainer will read.
 *
 * @param paths wanted, by their names in the class
 * @throws LabError `method-unavailable` where the trainer's names cannot reach a module
 */
export function targetChanges(
  config: TrainerConfig,
  base: BaseModel,
  paths: readonly string[],
): TargetChanges {
  const now = resolve(config, base).modules.map(({ path }) => path);
  if (sameSet(now, paths) && isKnown(config, ...writable)) return { changes: [], adapted: now };
  if (config.format === 'torchtune') return torchtuneTargets(config, base, paths);
  const ends = unique(paths.map((path) => path.split('.').at(-1) ?? path));
  const layers = layersOf(base, paths);
  const own = config.settings.targetNames.map(({ name }) => name);
  const bareOnly = takesBareNamesOnly(config);
  const forms: Form[] = [
    ...(own.length > 0 ? [{ names: own }, { names: own, layers }] : []),
    { names: ends },
    { names: ends, layers },
    ...(bareOnly ? [] : [{ names: paths }, { names: paths, dropExcluded: true }]),
  ].filter(
    (form) => form.layers === undefined || (config.keys.layers !== undefined && form.layers.length > 0),
  );
  for (const form of forms) {
    const adapted = adaptedBy(config, base, targetsOf(config, form));
    if (sameSet(adapted, paths)) return { changes: changesFor(config, form), adapted };
  }
  const nearest = forms.find((form) => form.names === ends && form.layers !== undefined) ?? { names: ends };
  const adapted = adaptedBy(config, base, targetsOf(config, nearest));
  if (bareOnly && paths.every((path) => adapted.includes(path)))
    return { changes: changesFor(config, nearest), adapted };
  throw unreachable(paths, adaptedBy(config, base, targetsOf(config, { names: paths, dropExcluded: true })));
}

/** What decides which modules are adapted, and is written or removed here. */
const writable: readonly Field[] = [
  'targets',
  'targetLinear',
  'excluded',
  'layers',
  'layersPattern',
  'lastLayers',
  'adaptAttention',
  'adaptMlp',
  'adaptOutput',
];

/** unsloth asserts that names are those that it knows (`FastLlamaModel.get_peft_model`). */
const takesBareNamesOnly = ({ format, keys }: TrainerConfig): boolean =>
  format === 'unsloth' || keys.lastLayers !== undefined;

/** The modules that a file would adapt with other targets. */
export function adaptedBy(config: TrainerConfig, base: BaseModel, targets: Targets): string[] {
  // A form names its layers itself; the key of the last ones is removed with it.
  const settings = { ...config.settings, targets, lastLayers: undefined };
  return resolve({ ...config, settings }, base).modules.map(({ path }) => path);
}

function targetsOf({ settings, format }: TrainerConfig, { names, layers, dropExcluded }: Form): Targets {
  // TRL takes a list of one out of its list: it is an expression for the whole path then.
  const [only] = names;
  const target = format === 'trl' && names.length === 1 && only !== undefined ? only : names;
  return {
    ...settings.targets,
    target_modules: target,
    layers_to_transform: layers ?? null,
    layers_pattern: layers && hasLayers(settings.targets) ? settings.targets.layers_pattern : null,
    ...(dropExcluded ? { exclude_modules: null } : {}),
  };
}

const hasLayers = ({ layers_to_transform: layers }: Targets): boolean =>
  layers !== undefined && layers !== null;

function changesFor(config: TrainerConfig, { names, layers, dropExcluded = false }: Form): KeyChange[] {
  const { keys, said } = config;
  const changes: KeyChange[] = [];
  const remove = (field: Field): void => {
    if (keys[field] !== undefined && said[field] !== undefined)
      changes.push({ path: keys[field], value: nothing(config, field) });
  };
  const { targets: key } = keys;
  if (key !== undefined)
    changes.push({
      path: key,
      value: namesValue(config, names),
      after: near(config, 'dropout', 'alpha', 'rank'),
    });
  if (flagOf(said.targetLinear?.value) === true || !isKnown(config, 'targetLinear')) remove('targetLinear');
  if (layers && keys.layers !== undefined) {
    changes.push({ path: keys.layers, value: layers, after: near(config, 'targets', 'rank') });
    if (!hasLayers(config.settings.targets)) remove('layersPattern');
  } else {
    remove('layers');
    remove('layersPattern');
  }
  remove('lastLayers');
  if (dropExcluded || !isKnown(config, 'excluded')) remove('excluded');
  return changes;
}

/** How a file says that a key says nothing: JSON that programs wrote has null there, and keeps the key. */
export function nothing({ syntax, said }: TrainerConfig, field: Field): PlainValue | undefined {
  if (syntax !== 'json' && !says(said[field]?.value, null)) return undefined;
  return field === 'rankPattern' || field === 'alphaPattern' ? {} : null;
}

/** Names as the file has them: a list, or one text with commas between them. */
function namesValue({ said, format }: TrainerConfig, names: readonly string[]): PlainValue {
  const commas = format === 'llama-factory' || format === 'unsloth';
  const isList = said.targets?.value?.kind === 'list';
  if (!commas || isList) return names;
  return names.join(/,\s/.test(textOf(said.targets?.value) ?? '') ? ', ' : ',');
}

/** Keys of a map, as neighbors of a new one. */
export const near = ({ keys }: TrainerConfig, ...fields: readonly Field[]): string[] =>
  fields.flatMap((field) => keys[field]?.split('.').at(-1) ?? []);

function layersOf({ matrices }: BaseModel, paths: readonly string[]): number[] {
  const wanted = new Set(paths);
  const layers = matrices.filter(({ path }) => wanted.has(path)).flatMap(({ layer }) => layer ?? []);
  return unique(layers).sort((a, b) => a - b);
}

export const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

export function sameSet(some: readonly string[], others: readonly string[]): boolean {
  const all = new Set(some);
  return all.size === new Set(others).size && others.every((one) => all.has(one));
}

function unreachable(paths: readonly string[], adapted: readonly string[]): LabError {
  const missing = paths.find((path) => !adapted.includes(path));
  const more = adapted.find((path) => !paths.includes(path));
  const why =
    missing !== undefined ? `its names do not reach ${missing}` : `its names reach ${more ?? 'more'} too`;
  return new LabError(
    'method-unavailable',
    `The plan cannot be written into this file: ${why}.`,
    'Take the module out of the plan, or out of modules_to_save.',
  );
}
