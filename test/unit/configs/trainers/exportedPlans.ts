import fc from 'fast-check';
import type { ExportOptions } from '../../../../src/configs/trainers/exports/export';
import type { ModelFolder } from '../../../../src/files/modelFolder';
import type { Plan, PlannedModule } from '../../../../src/shared/words';

/** Layers 1 and 11 are there: a name of the one must not catch the other. */
export const layers = 12;
export const options: ExportOptions = { baseModel: '../models/tiny', topK: 2 };

/** A module as a trainer would make it. */
export interface Made {
  readonly path: string;
  readonly rank: number;
  readonly alpha: number;
}

/** The modules of a plan that have an adapter, in the model's order. */
export const plannedRows = (plan: Plan, { modules }: ModelFolder): (Made & { readonly experts: number })[] =>
  modules.flatMap(({ path }) => {
    const row = plan.modules[path];
    return row && row.experts > 0 ? [{ path, rank: row.rank, alpha: row.alpha, experts: row.experts }] : [];
  });

export const without = (rows: readonly Made[]): Made[] =>
  rows.map(({ path, rank, alpha }) => ({ path, rank, alpha }));

export const rows: fc.Arbitrary<PlannedModule> = fc.record({
  rank: fc.integer({ min: 1, max: 64 }),
  alpha: fc.oneof(fc.integer({ min: 1, max: 64 }), fc.double({ min: 0.1, max: 64, noNaN: true })),
  experts: fc.integer({ min: 0, max: 3 }),
});

/** Plans over a model with any rows, where one module at least has an adapter. @param model read when a plan is made */
export const plansOver = (
  model: () => ModelFolder,
  modules: number,
  row: fc.Arbitrary<PlannedModule>,
): fc.Arbitrary<Plan> =>
  fc
    .array(fc.option(row, { freq: 2 }), { minLength: modules, maxLength: modules })
    .map((all) => ({
      modules: Object.fromEntries(
        all.flatMap((one, at) => (one === null ? [] : [[model().modules[at]!.path, one] as const])),
      ),
      shared: [],
    }))
    .filter((plan) => plannedRows(plan, model()).length > 0);

export const check = (
  plan: fc.Arbitrary<Plan>,
  run: (plan: Plan) => Promise<void>,
  numRuns = 40,
): Promise<void> => fc.assert(fc.asyncProperty(plan, run), { seed: 1, numRuns });
