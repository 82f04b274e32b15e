import { roles, type Module, type Role } from '../../../src/shared/words';

/** Modules by layer and role, where there are any: what the maps of a training are laid out by. */
export interface LayerTable {
  readonly roles: readonly Role[];
  readonly rows: readonly {
    readonly layer: number;
    /** Places in `modules` for each of `roles`: none, one, or several in models that are mixtures of experts themselves. */
    readonly places: readonly (readonly number[])[];
  }[];
}

/** The layers and roles of some of a run's modules. @param wanted by place in `modules` */
export function layerTable(modules: readonly Module[], wanted: (place: number) => boolean): LayerTable {
  const chosen = [...modules.keys()].filter(wanted);
  const cells = new Map<string, number[]>();
  const layers = new Set<number>();
  const present = new Set<Role>();
  for (const place of chosen) {
    const module = modules[place];
    if (module === undefined) continue;
    const { layer, role } = module;
    layers.add(layer);
    present.add(role);
    const key = `${layer} ${role}`;
    cells.set(key, [...(cells.get(key) ?? []), place]);
  }
  const shown = roles.filter((role) => present.has(role));
  return {
    roles: shown,
    rows: [...layers]
      .sort((a, b) => a - b)
      .map((layer) => ({ layer, places: shown.map((role) => cells.get(`${layer} ${role}`) ?? []) })),
  };
}
