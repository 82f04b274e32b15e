import type { Module } from './words';

/** What a journal says of modules: in the order of its `model` event's modules, or by path in runs of earlier versions. */
export type ByModule<T> = readonly T[] | Readonly<Record<string, T>>;

/**
 * One value for each of `modules`, which are those of the `model` event in its order.
 *
 * @param none of a module that nothing is said of
 */
export function ofModules<T>(values: ByModule<T>, modules: readonly Module[], none: T): T[] {
  if (isList(values)) return modules.map((_, place) => values[place] ?? none);
  // Earlier versions told dynamic LoRA's ranks by layer.
  return modules.map(({ path, layer }) => values[path] ?? values[String(layer)] ?? none);
}

const isList = <T>(values: ByModule<T>): values is readonly T[] => Array.isArray(values);
