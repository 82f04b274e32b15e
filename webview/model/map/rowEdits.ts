import type { DraftChange, RowChange } from '../../../src/shared/draft';
import type { RunState } from '../../../src/shared/runState';
import type { Module, Plan, PlannedModule } from '../../../src/shared/words';
import { plannedAt } from './cellValue';
import type { GridCell } from './grid';
import { mostExperts, type Edited } from './ladder';
import { cellNames } from './names';

type Row = Pick<PlannedModule, 'rank' | 'alpha' | 'experts'>;
export type RowsChange = Extract<DraftChange, { change: 'rows' }>;

/**
 * Sets the rank or the experts of the cells' modules; undefined where that changes nothing. Alpha is left to the host, which
 * knows how the adapter is scaled. A module that has no adapter yet gets the plan's usual one with what was set in it.
 *
 * @param valueOf what each cell gets; 0 takes the adapter off
 */
export function setCells(
  run: RunState,
  cells: readonly GridCell[],
  edited: Edited,
  valueOf: (cell: GridCell) => number,
): RowsChange | undefined {
  const usual = usualRow(run.plan?.plan);
  return rowsChange(run, cells, edited, (before, cell) => {
    const value = valueOf(cell);
    if (value === 0) return before && before.experts > 0 ? { experts: 0 } : undefined;
    if (edited === 'rank') return setRank(before, value, usual);
    if (before) return before.experts === value ? undefined : { experts: value };
    return { rank: fitted(usual, mostOf(run, cell, 'rank')), experts: value };
  });
}

/** Takes the adapters off. */
export const takeOff = (run: RunState, cells: readonly GridCell[]): RowsChange | undefined =>
  rowsChange(run, cells, 'adapter', (before) => (before && before.experts > 0 ? { experts: 0 } : undefined));

/** Locks all of the cells' modules; unlocks them where all are locked already. */
export function toggleLocks(run: RunState, cells: readonly GridCell[]): RowsChange | undefined {
  const locked = !cells.filter(({ modules }) => modules.length > 0).every((cell) => cell.locked);
  const usual = usualRow(run.plan?.plan);
  return rowsChange(run, cells, locked ? 'lock' : 'unlocking', (before, cell) => {
    if ((before?.locked ?? false) === locked) return undefined;
    return before ? { locked } : { rank: fitted(usual, mostOf(run, cell, 'rank')), experts: 0, locked };
  });
}

/** What is changed of a cell now; of several modules in one the largest. */
export const editedValue = (run: RunState, cell: GridCell, edited: Edited): number =>
  cell.modules.reduce((most, place) => {
    const planned = plannedAt(run, place);
    if (!planned || planned.experts === 0) return most;
    return Math.max(most, edited === 'rank' ? planned.rank : planned.experts);
  }, 0);

/** The most that each of a cell's modules can have: a rank beyond its smaller side would add nothing. */
export function mostOf({ modules }: RunState, cell: GridCell, edited: Edited): number {
  if (edited === 'experts') return mostExperts;
  const sides = cell.modules.map((place) => modules[place]).filter((module) => module !== undefined);
  return sides.length === 0 ? 0 : Math.min(...sides.map(smallerSide));
}

/** A row of a plan as most of its rows with an adapter are; plain LoRA of rank 8 where there is none. */
export function usualRow(plan: Plan | undefined): Row {
  const counted = new Map<string, { row: PlannedModule; times: number }>();
  for (const row of Object.values(plan?.modules ?? {})) {
    if (row.experts === 0) continue;
    const key = `${row.rank} ${row.alpha} ${row.experts}`;
    const known = counted.get(key);
    counted.set(key, { row, times: (known?.times ?? 0) + 1 });
  }
  const [first] = [...counted.values()].sort((a, b) => b.times - a.times);
  const { rank, alpha, experts } = first?.row ?? { rank: 8, alpha: 16, experts: 1 };
  return { rank, alpha, experts };
}

function setRank(before: PlannedModule | undefined, rank: number, usual: Row): RowChange | undefined {
  if (before?.rank === rank && before.experts > 0) return undefined;
  return { rank, ...(before && before.experts > 0 ? {} : { experts: usual.experts }) };
}

/** The usual rank, as far as a module can have it. */
const fitted = ({ rank }: Row, most: number): number => Math.min(rank, most);

function rowsChange(
  run: RunState,
  cells: readonly GridCell[],
  what: string,
  rowOf: (before: PlannedModule | undefined, cell: GridCell) => RowChange | undefined,
): RowsChange | undefined {
  const rows: Record<string, RowChange> = {};
  const touched: GridCell[] = [];
  for (const cell of cells) {
    for (const place of cell.modules) {
      const path = run.modules[place]?.path;
      const row = rowOf(plannedAt(run, place), cell);
      if (path === undefined || row === undefined) continue;
      rows[path] = row;
      if (touched.at(-1) !== cell) touched.push(cell);
    }
  }
  return touched.length === 0
    ? undefined
    : { change: 'rows', label: `${what} of ${cellNames(touched)}`, rows };
}

const smallerSide = ({ inFeatures, outFeatures }: Module): number => Math.min(inFeatures, outFeatures);
