import { scaledAlpha } from '../../shared/alpha';
import type { RowChange } from '../../shared/draft';
import { LabError } from '../../shared/errors';
import type { Module, Plan, PlannedModule } from '../../shared/words';
import { trainsExperts } from '../planRequest';
import type { DraftFrame } from './frame';
import { requireShareable, sharedAfter } from './sharedAfter';

/**
 * A plan after rows were changed by hand: all that was asked for, or nothing. Rows are in the order of the model; those without
 * experts are left out unless they are locked.
 *
 * Alpha goes along with the rank, so that what the update is scaled by stays, unless it is given.
 *
 * @param rows by module path
 * @throws LabError `option-invalid` with the reason why a row cannot be changed so
 */
export function changeRows(frame: DraftFrame, plan: Plan, rows: Readonly<Record<string, RowChange>>): Plan {
  const sizes = new Map(frame.modules.map((module) => [module.path, module]));
  const changed = new Map(
    Object.entries(rows).map(([path, change]) => {
      const module = sizes.get(path);
      if (!module) throw unknown(path);
      const before = Object.hasOwn(plan.modules, path) ? plan.modules[path] : undefined;
      return [path, changedRow(frame, module, before, change)] as const;
    }),
  );
  const strangers = Object.keys(plan.modules).filter((path) => !sizes.has(path));
  const modules: Record<string, PlannedModule> = {};
  for (const path of [...sizes.keys(), ...strangers]) {
    const row = changed.has(path) ? changed.get(path) : plan.modules[path];
    if (row && (row.experts > 0 || row.locked)) modules[path] = row;
  }
  const next = { modules, shared: sharedAfter(frame, plan, modules) };
  requireShareable(next);
  return next;
}

function changedRow(
  frame: DraftFrame,
  module: Module,
  before: PlannedModule | undefined,
  change: RowChange,
): PlannedModule {
  const { path } = module;
  const row = before ?? usualRow(frame, change);
  const { rank = row.rank, experts = row.experts, locked = row.locked === true } = change;
  const alpha = change.alpha ?? scaledAlpha(row, rank, frame.rankStabilized);
  const isOther = rank !== row.rank || alpha !== row.alpha || experts !== row.experts;
  if (before?.locked && locked && isOther) throw isLocked(path);
  const most = Math.min(module.inFeatures, module.outFeatures);
  if (rank > most && rank !== before?.rank) throw aboveSize(path, rank, most);
  const { method } = frame.design;
  if (experts > 1 && experts !== before?.experts && !trainsExperts(method)) throw noExperts(path, method);
  return { rank, alpha, experts, ...(locked ? { locked: true } : {}) };
}

/** A module that had no row: who gives it a rank or experts wants an adapter on it, who only locks it wants it left alone. */
function usualRow({ design }: DraftFrame, { rank, alpha, experts }: RowChange): PlannedModule {
  const { adapter, method, adalora } = design;
  const isWanted = [rank, alpha, experts].some((value) => value !== undefined);
  return {
    rank: method === 'adalora' ? (adalora?.initR ?? adapter.rank) : adapter.rank,
    alpha: adapter.alpha,
    experts: !isWanted ? 0 : trainsExperts(method) ? adapter.experts : 1,
  };
}

const unknown = (path: string): LabError =>
  new LabError('option-invalid', `The model has no module ${path}.`, 'Open the map anew, or allocate again.');

const isLocked = (path: string): LabError =>
  new LabError('option-invalid', `The row of ${path} is locked.`, 'Unlock it first.');

const aboveSize = (path: string, rank: number, most: number): LabError =>
  new LabError(
    'option-invalid',
    `Rank ${rank} is above ${most}, the smaller side of the matrix of ${path}, and would add nothing.`,
    `Choose a rank up to ${most}.`,
  );

const noExperts = (path: string, method: string): LabError =>
  new LabError(
    'option-invalid',
    `${path} cannot have several experts: the method ${method} trains one adapter a module.`,
    'Raise its rank instead, or set the method of the experiment to floe or lora-smoe.',
  );
