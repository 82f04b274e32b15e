import { combineTasks, scoresByLayer } from '../../shared/combineScores';
import type { RunState } from '../../shared/runState';
import { targetOf } from '../../shared/targetOf';
import type { PlannedModule } from '../../shared/words';
import { largestOf } from '../../shared/largestOf';

/** Layers × modules of a run, with what was measured and planned of each. */
export interface ModuleGrid {
  readonly layers: number;
  /** Names of the modules of a layer, in the model's order. */
  readonly targets: readonly string[];
  /** `[target][layer]`; undefined where the layer has no such module. */
  readonly cells: readonly (readonly (GridCell | undefined)[])[];
  /** Share of the score by layer, as layers are ranked; empty where nothing was scored. */
  readonly layerShares: readonly number[];
  readonly isScored: boolean;
  readonly isPlanned: boolean;
}

export interface GridCell {
  /** Of the scores of all modules, mean over tasks; of several modules, as in mixtures of experts, their sum. */
  readonly share: number;
  /** Undefined without an adapter; of several modules the largest rank and all experts. */
  readonly row: Pick<PlannedModule, 'rank' | 'experts'> | undefined;
}

/** What a run's modules are planned or trained as; undefined of a run that has nothing to show of them. */
export function moduleGrid(state: RunState): ModuleGrid | undefined {
  const { modules, tasks } = state;
  const rows = plannedRows(state);
  const scored = tasks.filter(({ scores }) => scores.length === modules.length && modules.length > 0);
  if (modules.length === 0 || (scored.length === 0 && rows === undefined)) return undefined;
  const layers = 1 + largestOf(modules.map(({ layer }) => layer));
  const targets = [...new Set(modules.map(targetName))];
  const shares = combineTasks(scored.map(({ scores }) => scores));
  const cells: (GridCell | undefined)[][] = targets.map(() =>
    new Array<GridCell | undefined>(layers).fill(undefined),
  );
  modules.forEach((module, place) => {
    const row = cells[targets.indexOf(targetName(module))];
    const before = row?.[module.layer];
    if (row) {
      row[module.layer] = {
        share: (before?.share ?? 0) + (shares[place] ?? 0),
        row: together(before?.row, rows?.(module.path, place)),
      };
    }
  });
  const byLayer = scored.map((task) =>
    scoresByLayer(
      modules.map(({ layer }) => layer),
      task,
    ),
  );
  return {
    ...{ layers, targets, cells, layerShares: combineTasks(byLayer) },
    ...{ isScored: scored.length > 0, isPlanned: rows !== undefined },
  };
}

/** `mlp.experts.3.up_proj` of a mixture is one kind of module with its neighbors. */
const targetName = (module: RunState['modules'][number]): string =>
  targetOf(module).replaceAll(/\.\d+(?=\.|$)/g, '.*');

type RowOf = (path: string, place: number) => GridCell['row'];

/** The plan that a run made or judged; else the ranks that its first training began with. */
function plannedRows({ plan, verdict, trials, job }: RunState): RowOf | undefined {
  const rows = plan?.plan ?? verdict?.plan;
  if (rows !== undefined) {
    return (path) => {
      const row = rows.modules[path];
      return row !== undefined && row.experts > 0 ? row : undefined;
    };
  }
  const ranks = job === 'train' ? trials[0]?.adapter?.ranks : undefined;
  if (ranks === undefined) return undefined;
  return (_, place) => {
    const rank = ranks[place] ?? 0;
    return rank > 0 ? { rank, experts: 1 } : undefined;
  };
}

function together(one: GridCell['row'], other: GridCell['row']): GridCell['row'] {
  if (one === undefined || other === undefined) return one ?? other;
  return { rank: Math.max(one.rank, other.rank), experts: one.experts + other.experts };
}

/** "8", or "8×3" where there are several experts. */
export const rowText = ({ rank, experts }: NonNullable<GridCell['row']>): string =>
  experts === 1 ? String(rank) : `${rank}×${experts}`;
