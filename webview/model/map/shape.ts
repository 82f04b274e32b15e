import type { RunState } from '../../../src/shared/runState';
import { roles, type Module, type Role } from '../../../src/shared/words';

/** Which cells the grid of a model has. */
export interface GridShape {
  readonly roles: readonly Role[];
  /** By layer, then by column: places in `RunState.modules`. */
  readonly places: readonly (readonly (readonly number[])[])[];
}

/** A run's modules stay the same array from its `model` event on, and its pages are drawn many times a second. */
const known = new WeakMap<readonly Module[], GridShape>();

/** One row a layer, one column for each role that the model has. */
export function gridShape({ modules, model }: Pick<RunState, 'modules' | 'model'>): GridShape {
  const before = known.get(modules);
  if (before) return before;
  const present = roles.filter((role) => modules.some((module) => module.role === role));
  const layers = modules.reduce((most, { layer }) => Math.max(most, layer + 1), model?.layers ?? 0);
  const places = Array.from({ length: layers }, () => present.map((): number[] => []));
  modules.forEach(({ layer, role }, place) => places[layer]?.[present.indexOf(role)]?.push(place));
  const shape = { roles: present, places };
  known.set(modules, shape);
  return shape;
}
