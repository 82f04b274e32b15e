import type { Module, PlannedModule } from '../shared/words';

/** A module that gets an adapter, with its row of the plan. */
export interface AdaptedModule {
  readonly module: Module;
  readonly rank: number;
  readonly alpha: number;
  /** 1 = plain LoRA, more = routed experts. */
  readonly experts: number;
}

/** The modules of a plan that have an adapter, in the model's order. Rows without experts have none. */
export const adaptedBy = (
  plan: Readonly<Record<string, PlannedModule>>,
  modules: readonly Module[],
): AdaptedModule[] =>
  modules.flatMap((module) => {
    const row = plan[module.path];
    return row === undefined || row.experts === 0 ? [] : [{ module, ...row }];
  });

/** What passes noted of the modules' experts: each one's share of the tokens, by module. */
export const routerLoads = (
  paths: Iterable<string>,
  noted: ReadonlyMap<string, Float32Array>,
): Record<string, number[]> =>
  Object.fromEntries(
    [...paths].flatMap((path) => {
      const load = noted.get(`${path}.load`);
      return load === undefined ? [] : [[path, [...load]]];
    }),
  );
