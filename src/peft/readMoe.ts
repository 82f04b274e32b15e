import path from 'node:path';
import * as z from 'zod';
import { readJsonAs } from '../files/json';
import type { ModelFolder } from '../files/modelFolder';
import { readSafetensorsHeader } from '../files/safetensors';
import { LabError } from '../shared/errors';
import type { NamedArray } from '../shared/namedArray';
import { configName, expertsName } from './folder';
import { savedNames } from './names';
import { requireConsistent } from './patterns';
import { loraRow, weightsOf, type ReadModule } from './read';
import { readTensors, type ModuleTensors } from './readTensors';
import { requireShapes } from './requireShapes';
import { aboutConfig, moeSchema, requireComputable, type MoeConfig } from './schema';
import { joinedColumns, stackedRows } from './slices';

export type MoeForm = 'mola' | 'hydra';

/** A mixture of LoRA experts, under the names that `MoeLora` gives its parameters. */
export interface ReadMoe {
  readonly kind: 'moe-lora';
  readonly form: MoeForm;
  /** Experts that a token uses, at most; all of them in HydraLoRA's form. */
  readonly topK: number;
  readonly rankStabilized: boolean;
  /** By the model's path, in its order; those without experts are left out. */
  readonly modules: ReadonlyMap<string, ReadModule & { readonly experts: number }>;
  /** `<path>.lora_A`, `<path>.lora_B`, and `<path>.router` where there are several experts. */
  readonly arrays: ReadonlyMap<string, NamedArray>;
  readonly modulesToSave: ReadonlyMap<string, NamedArray>;
}

/** The names of a module's tensors. */
interface Layout {
  a(experts: number): string[];
  b(experts: number): string[];
  readonly router: string;
}

const each = (experts: number, name: string): string[] =>
  Array.from({ length: experts }, (_, expert) => `${name}${expert}`);

const layouts: Readonly<Record<MoeForm, Layout>> = {
  mola: {
    a: (experts) => each(experts, 'lora_A_'),
    b: (experts) => each(experts, 'lora_B_'),
    router: 'router.router',
  },
  hydra: {
    a: () => ['lora_A'],
    // With one expert it is plain LoRA.
    b: (experts) => (experts === 1 ? ['lora_B'] : each(experts, 'lora_B')),
    router: 'lora_route',
  },
};

/**
 * Experts of the module with the most, of an adapter in MoLA's or HydraLoRA's layout; undefined where it is in neither.
 *
 * @param folder of the adapter
 * @throws LabError `adapter-invalid` where its configuration cannot be read
 */
export async function mostExperts(folder: string): Promise<number | undefined> {
  const told = moeSchema.pick({ number_experts: true, lora_nums: true });
  const { number_experts: byLayer, lora_nums: all } = await readJsonAs(
    path.join(folder, configName),
    told,
    aboutConfig,
  );
  return byLayer === undefined ? (all ?? undefined) : Math.max(...byLayer);
}

/**
 * Reads a mixture of LoRA experts as `saveMola` and `saveHydra` write them.
 *
 * @param folder of the adapter
 * @throws LabError `adapter-invalid` where a file is missing or unreadable, a tensor is missing or has another shape than
 *   module, rank and experts say
 */
export async function readMoe(folder: string, model: ModelFolder): Promise<ReadMoe> {
  const configFile = path.join(folder, configName);
  const config = await readJsonAs(configFile, moeSchema, aboutConfig);
  requireComputable({ ...config, number_experts: null, lora_nums: null }, configFile);
  requireConsistent(config, configFile);
  const form: MoeForm = config.number_experts === undefined ? 'hydra' : 'mola';
  const counts = await readExperts(folder);
  const header = await readSafetensorsHeader(await weightsOf(folder));
  const layout = layouts[form];
  const uncounted = [config.target_modules ?? []].flat().find((name) => counts[name] === undefined);
  if (uncounted !== undefined) throw noCount(folder, uncounted);
  const endings = (name: string): string[] =>
    partsOf(layout, counts[name] ?? 0).map((part) => `${part}.weight`);
  const tensors = await readTensors(header, model, config, endings, savedNames(config));
  const modules = new Map<string, ReadModule & { experts: number }>();
  const arrays = new Map<string, NamedArray>();
  for (const one of tensors.modules) {
    const experts = counts[one.path] ?? 0;
    const read = readModule(one, config, experts, layout, header.file);
    modules.set(one.module.path, { ...read, experts });
    const take = (names: string[]): NamedArray[] => names.flatMap((name) => one.parts.get(name) ?? []);
    arrays.set(`${one.module.path}.lora_A`, stackedRows(take(layout.a(experts))));
    arrays.set(`${one.module.path}.lora_B`, joinedColumns(take(layout.b(experts))));
    const router = one.parts.get(layout.router);
    if (router) arrays.set(`${one.module.path}.router`, router);
  }
  const most = Math.max(...[...modules.values()].map(({ experts }) => experts));
  return {
    ...{ kind: 'moe-lora', form, modules, arrays },
    topK: form === 'mola' ? Math.max(...(config.top_k ?? [most])) : most,
    rankStabilized: config.use_rslora,
    modulesToSave: tensors.modulesToSave,
  };
}

const partsOf = ({ a, b, router }: Layout, experts: number): string[] =>
  experts === 0 ? [] : [...a(experts), ...b(experts), ...(experts > 1 ? [router] : [])];

/** @throws LabError `adapter-invalid` where shapes are not those of the module at its rank and number of experts */
function readModule(
  one: ModuleTensors,
  config: MoeConfig,
  experts: number,
  { a, b, router }: Layout,
  file: string,
): ReadModule {
  const { layer, inFeatures, outFeatures } = one.module;
  const { r } = config;
  const row = loraRow(one.path, config, typeof r === 'number' ? r : (r[layer] ?? 0));
  const { rank } = row;
  const shapes = [
    ...a(experts).map((name) => [name, [rank, inFeatures]] as const),
    ...b(experts).map((name) => [name, [outFeatures, rank]] as const),
    ...(experts > 1 ? [[router, [experts, inFeatures]] as const] : []),
  ];
  requireShapes(one, Object.fromEntries(shapes), file);
  return row;
}

const readExperts = (folder: string): Promise<Record<string, number>> =>
  readJsonAs(path.join(folder, expertsName), z.record(z.string(), z.number().int().nonnegative()), {
    ...aboutConfig,
    what: "The file of each module's experts",
    next: 'Give the folder of an adapter as `adapter-lab train` saves it.',
  });

const noCount = (folder: string, name: string): LabError =>
  new LabError(
    'adapter-invalid',
    `${path.join(folder, expertsName)} does not say how many experts ${name} has.`,
    'Use the file that was saved with the adapter.',
  );
