import { ofModules } from '../../../src/shared/byModule';
import { targetOf } from '../../../src/shared/targetOf';
import type { RunState } from '../../../src/shared/runState';
import { csvLines } from '../copies/csv';
import { rangesOf } from '../ranges';
import { routedEvaluations } from '../training/routers';
import type { Shared } from './sharedBy';
import { shortName, sharingKinds } from './sharingView';

/** Who shares what, a row a module: what a table shows and a file has. */
export interface SharingTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The modules with their A's and pools, and how they weighed the B's at the newest evaluation that tells of it. */
export function sharingTable(
  { modules, trials }: Pick<RunState, 'modules' | 'trials'>,
  shared: Shared,
): SharingTable {
  const newest = trials.flatMap(routedEvaluations).at(-1);
  const weights = newest === undefined ? [] : ofModules<readonly number[]>(newest.routers, modules, []);
  const placeOf = new Map(modules.map(({ path }, place) => [path, place]));
  const most = Math.max(0, ...weights.map(({ length }) => length));
  const kinds = new Map(sharingKinds(shared).map((kind) => [kind.target, kind]));
  return {
    columns: [
      ...['Layer', 'Module', 'A', 'Layers of the A', 'B’s in the pool'],
      ...Array.from({ length: most }, (_, b) => `Weight of B ${b + 1}`),
    ],
    rows: shared.modules.map((module) => {
      const kind = kinds.get(targetOf(module));
      const group = kind?.groups.findIndex((layers) => layers.includes(module.layer)) ?? -1;
      const own = weights[placeOf.get(module.path) ?? -1] ?? [];
      return [
        ...[String(module.layer), shortName(targetOf(module)), `A ${group + 1}`],
        ...[rangesOf(kind?.groups[group] ?? []), String(kind?.pool ?? 0)],
        ...Array.from({ length: most }, (_, b) => own[b]?.toFixed(4) ?? '–'),
      ];
    }),
  };
}

/** The same as CSV. */
export const sharingCsv = ({ columns, rows }: SharingTable): string => csvLines([columns, ...rows]);
