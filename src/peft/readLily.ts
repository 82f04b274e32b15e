import { LabError } from '../shared/errors';
import type { NamedArray } from '../shared/namedArray';
import type { ReadModule } from './read';
import type { AdapterTensors, ModuleTensors } from './readTensors';
import { requireShapes } from './requireShapes';
import type { LilyConfig } from './schema';
import { targetOf } from '../shared/targetOf';

/**
 * Lily out of PEFT's file, where every layer has a copy of what it shares: each A and B once again. Where layers of one
 * group differ in A, because PEFT counted modules and not layers or shared nothing, every layer keeps its own:
 * `config.stride_A` is then 1.
 *
 * @throws LabError `adapter-invalid` where shapes are wrong, or where layers differ in B
 */
export function shareLily({ modules, modulesToSave }: AdapterTensors, config: LilyConfig, file: string) {
  const { r, num_B: numB, scaling } = config;
  const rows = new Map<string, ReadModule>();
  const routers = new Map<string, NamedArray>();
  for (const one of modules) {
    const { inFeatures, outFeatures, path } = one.module;
    const shapes = { lily_A: [r, inFeatures], lily_B: [numB * r, outFeatures], lily_router: [numB, r] };
    requireShapes(one, shapes, file);
    rows.set(path, { rank: r, alpha: scaling * r, scaling });
    routers.set(`${path}.lily_router`, partOf(one, 'lily_router'));
  }
  const inGroups = (stride: number) =>
    shared(
      modules,
      'lily_A',
      (one) => `lily_A.${targetOf(one.module)}.${Math.floor(one.module.layer / stride)}`,
    );
  const grouped = inGroups(config.stride_A);
  const stride = grouped instanceof Map ? config.stride_A : 1;
  const a = grouped instanceof Map ? grouped : inGroups(1);
  const b = shared(modules, 'lily_B', (one) => `lily_B.${targetOf(one.module)}`);
  if (!(b instanceof Map) || !(a instanceof Map)) {
    throw new LabError(
      'adapter-invalid',
      `${String(b)} in ${file} differ between layers, which Lily does not.`,
      'Use an adapter whose target_modules are ends of names, so that its layers share B.',
    );
  }
  return {
    config: { ...config, stride_A: stride },
    modules: rows,
    arrays: new Map([...a, ...b, ...routers]),
    modulesToSave,
  };
}

/** One array for each name, or the name of one whose modules differ in it. */
function shared(
  modules: readonly ModuleTensors[],
  part: string,
  nameOf: (one: ModuleTensors) => string,
): Map<string, NamedArray> | string {
  const arrays = new Map<string, NamedArray>();
  for (const one of modules) {
    const name = nameOf(one);
    const array = partOf(one, part);
    const first = arrays.get(name);
    if (first !== undefined && !isEqual(first, array)) return name;
    arrays.set(name, first ?? array);
  }
  return arrays;
}

const partOf = ({ parts }: ModuleTensors, part: string): NamedArray =>
  parts.get(part) ?? { shape: [0], values: new Float32Array(0) };

const isEqual = (one: NamedArray, other: NamedArray): boolean =>
  one.values.length === other.values.length && one.values.every((value, at) => value === other.values[at]);
