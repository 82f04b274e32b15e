import type { ModelFolder } from '../files/modelFolder';
import { LabError } from '../shared/errors';
import type { Module } from '../shared/words';
import type { NamedArray } from '../shared/namedArray';
import { lilyConfig } from './config';
import { writeAdapterFolder } from './folder';
import { prefix, type NamedModules } from './names';
import { isTargeted } from './patterns';
import { prepare, takeArray, type Arrays, type SaveOptions } from './write';
import { targetOf } from '../shared/targetOf';

export interface LilyToSave {
  /** Paths of the modules with an adapter. */
  readonly modules: ReadonlySet<string>;
  readonly rank: number;
  readonly strideA: number;
  readonly numB: number;
  readonly scaling: number;
  /** `lily_A.<target>.<group>`, `lily_B.<target>`, `<path>.lily_router` */
  readonly arrays: Arrays;
}

/** Why PEFT could not load Lily on a model, to be asked before training. */
export const whyNoLily = ({ family, modelType }: ModelFolder): string | undefined =>
  family.shape === 'in-out'
    ? `PEFT's Lily works on torch's Linear only, and ${modelType} stores its weights as Conv1D`
    : undefined;

/**
 * Saves Lily as PEFT does (source: PEFT 0.21, tuners/lily): `….lily_A.weight` [r, in], `….lily_B.weight` [N · r, out],
 * `….lily_router.weight` [N, r], where every layer has its own copy of what it shares. PEFT wants two B's at least: a single
 * one is stored twice with a router of zeros, which gives each copy the weight ½.
 *
 * @throws LabError `adapter-invalid` where a tensor is missing or of another shape, or PEFT could not load it
 */
export async function saveLily(
  folder: string,
  model: ModelFolder,
  lily: LilyToSave,
  options: SaveOptions,
): Promise<void> {
  const why = whyNoLily(model);
  if (why !== undefined) {
    throw new LabError(
      'adapter-invalid',
      `The adapter cannot be saved: ${why}.`,
      'Use another method or model.',
    );
  }
  const ready = await prepare(model, options);
  const { rank, numB, strideA, scaling } = lily;
  const tensors = new Map<string, NamedArray>();
  const adapted: Module[] = [];
  for (const [module, path] of ready.named.paths) {
    if (!lily.modules.has(module.path)) continue;
    adapted.push(module);
    const target = targetOf(module);
    const group = Math.floor(module.layer / strideA);
    const a = takeArray(lily.arrays, `lily_A.${target}.${group}`, [rank, module.inFeatures]);
    const b = takeArray(lily.arrays, `lily_B.${target}`, [numB * rank, module.outFeatures]);
    tensors.set(`${prefix}${path}.lily_A.weight`, a);
    tensors.set(`${prefix}${path}.lily_B.weight`, numB === 1 ? twice(b) : b);
    const router =
      numB === 1
        ? { shape: [2, rank], values: new Float32Array(2 * rank) }
        : takeArray(lily.arrays, `${module.path}.lily_router`, [numB, rank]);
    tensors.set(`${prefix}${path}.lily_router.weight`, router);
  }
  const targeted = adapted.map((module) => ready.named.paths.get(module) ?? module.path);
  const config = lilyConfig(
    { rank, strideA, numB: Math.max(2, numB), scaling },
    lilyTargets(adapted, ready.named, strideA),
    { ...ready.base, targeted },
  );
  await writeAdapterFolder(folder, { config, tensors: ready.withSaved(tensors) });
}

/**
 * The names that Lily's modules go by. PEFT shares tensors among the modules that one name catches, counting them, not
 * their layers (`_post_injection_hook`). Where that comes to our groups, the names are ends of paths, and an adapter that
 * trains on in PEFT keeps sharing. Where it does not, they are full paths: then nothing is shared in PEFT, and every
 * layer keeps the copy that was stored for it.
 */
export function lilyTargets(
  adapted: readonly Module[],
  { byPath, paths }: NamedModules,
  strideA: number,
): string[] {
  const full = adapted.map((module) => paths.get(module) ?? module.path);
  const ends = [...new Set(adapted.map((module) => targetOf(module)))];
  const caught = [...byPath.keys()].filter((path) => isTargeted(path, { target_modules: ends }));
  // PEFT looks for the end without a dot before it, and takes whichever fits last.
  const isAmbiguous = ends.some((end) => ends.some((other) => other !== end && other.endsWith(end)));
  const keepsGroups = ends.every((end) => {
    const layers = adapted.filter((module) => targetOf(module) === end).map(({ layer }) => layer);
    const ours = layers.map((layer) => Math.floor(layer / strideA));
    const first = ours.map((group) => ours.indexOf(group));
    return first.every((at, index) => at === Math.floor(index / strideA) * strideA);
  });
  const isExact = caught.length === full.length && caught.every((path) => full.includes(path));
  return isExact && !isAmbiguous && keepsGroups ? ends : full;
}

const twice = ({ shape: [rows = 0, columns = 0], values }: NamedArray): NamedArray => {
  const doubled = new Float32Array(2 * values.length);
  doubled.set(values);
  doubled.set(values, values.length);
  return { shape: [2 * rows, columns], values: doubled };
};
