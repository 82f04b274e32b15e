import type { NamedArray } from '../../../src/shared/namedArray';
import { targetOf } from '../../../src/shared/targetOf';
import type { RankAndAlpha } from '../../../src/peft/config';
import type { ModelFolder } from '../../../src/files/modelFolder';
import type { Module } from '../../../src/shared/words';
import { seededRandom } from '../../../src/shared/random';

/** A tensor of numbers around 0 that differ from name to name. */
export function someArray(name: string, ...shape: number[]): NamedArray {
  const random = seededRandom(5, name);
  const size = shape.reduce((product, length) => product * length, 1);
  return { shape, values: Float32Array.from({ length: size }, () => random() - 0.5) };
}

type Rows = ReadonlyMap<string, RankAndAlpha & { readonly experts?: number }>;

const named = (tensors: readonly (readonly [name: string, ...shape: number[]])[]): Map<string, NamedArray> =>
  new Map(tensors.map(([name, ...shape]) => [name, someArray(name, ...shape)]));

const adapted = <T>({ modules }: ModelFolder, rows: ReadonlyMap<string, T>): (readonly [Module, T])[] =>
  modules.flatMap((module) => {
    const row = rows.get(module.path);
    return row === undefined ? [] : [[module, row] as const];
  });

/** Tensors of LoRA and its mixtures, by our names. */
export const loraArrays = (model: ModelFolder, rows: Rows, form: 'hydra' | 'mola' = 'hydra') =>
  named(
    adapted(model, rows).flatMap(([{ path, inFeatures, outFeatures }, { rank, experts = 1 }]) => [
      [`${path}.lora_A`, (form === 'mola' ? experts : 1) * rank, inFeatures],
      [`${path}.lora_B`, outFeatures, experts * rank],
      ...(experts > 1 ? [[`${path}.router`, experts, inFeatures] as const] : []),
    ]),
  );

/** Tensors of AdaLoRA; every second E is 0, as pruning leaves it. */
export function adaLoraArrays(model: ModelFolder, rows: Rows): Map<string, NamedArray> {
  const energies = adapted(model, rows).map(([{ path }, { rank }]) => {
    const { shape, values } = someArray(`${path}.lora_E`, rank, 1);
    return [
      `${path}.lora_E`,
      { shape, values: values.map((value, at) => (at % 2 === 0 ? value : 0)) },
    ] as const;
  });
  return new Map([...loraArrays(model, rows), ...energies]);
}

export const lilyArrays = (
  model: ModelFolder,
  paths: ReadonlySet<string>,
  { rank, strideA, numB }: { readonly rank: number; readonly strideA: number; readonly numB: number },
) =>
  named(
    model.modules
      .filter(({ path }) => paths.has(path))
      .flatMap((module) => [
        [`lily_A.${targetOf(module)}.${Math.floor(module.layer / strideA)}`, rank, module.inFeatures],
        [`lily_B.${targetOf(module)}`, numB * rank, module.outFeatures],
        [`${module.path}.lily_router`, numB, rank],
      ]),
  );
