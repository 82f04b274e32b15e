import type { PlanFile } from '../../../src/shared/planFile';
import type { RunState } from '../../../src/shared/runState';
import type { PlannedModule } from '../../../src/shared/words';
import type { PageView } from '../view';
import type { Quantity } from './quantity';

/** What the cells are read from. */
export interface GridSource extends Pick<PageView, 'scores' | 'draft' | 'planOfRun'> {
  readonly run: RunOfGrid;
}
/** What of a run the grid shows. */
export interface RunOfGrid extends Pick<RunState, 'modules' | 'model'> {
  readonly plan: Pick<PlanFile, 'plan'> | undefined;
}

/** What a cell shows of its modules; undefined where there is none, or nothing known of it. */
export function cellValue(
  { run, scores, draft }: GridSource,
  quantity: Quantity,
  modules: readonly number[],
): number | undefined {
  if (modules.length === 0) return undefined;
  switch (quantity) {
    case 'score':
      return scores.values.length === 0 ? undefined : sum(modules, (place) => scores.values[place] ?? 0);
    case 'parameters':
      return sum(modules, (place) => adapterParameters(run, place));
    case 'rank':
      return modules.reduce((most, place) => Math.max(most, rankOf(plannedAt(run, place))), 0);
    case 'experts':
      return sum(modules, (place) => plannedAt(run, place)?.experts ?? 0);
    case 'norm':
      return normOf(modules.map((place) => draft?.norms?.[run.modules[place]?.path ?? '']));
  }
}

/** What the plan says of the module at a place. */
export const plannedAt = (run: RunOfGrid, place: number): PlannedModule | undefined =>
  run.plan?.plan.modules[run.modules[place]?.path ?? ''];

/** Whether they are the same modules at the same places: a run that is told anew has new objects of the same. */
export const isSameModules = (a: RunOfGrid['modules'], b: RunOfGrid['modules']): boolean =>
  a === b || (a.length === b.length && a.every(({ path }, place) => path === b[place]?.path));

/** A module without experts has no adapter, whatever rank its line still names. */
export const rankOf = (planned: PlannedModule | undefined): number =>
  planned && planned.experts > 0 ? planned.rank : 0;

/** Trainable parameters of a module's own adapter: `experts` pairs of A and B. Routers are in the plan's total only. */
export function adapterParameters(run: RunOfGrid, place: number): number {
  const module = run.modules[place];
  const planned = plannedAt(run, place);
  return module && planned ? planned.experts * planned.rank * (module.inFeatures + module.outFeatures) : 0;
}

/** The Frobenius norm of several matrices seen as one; undefined where none has any. */
function normOf(norms: readonly (number | undefined)[]): number | undefined {
  const known = norms.filter((norm) => norm !== undefined);
  return known.length === 0 ? undefined : Math.hypot(...known);
}

const sum = (places: readonly number[], of: (place: number) => number): number =>
  places.reduce((total, place) => total + of(place), 0);
