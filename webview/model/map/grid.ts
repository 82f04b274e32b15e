import { formatCount } from '../../../src/shared/format';
import type { Plan, PlannedModule, Role } from '../../../src/shared/words';
import { sharedUnit, type SharedUnit } from '../unit';
import { cellLabel } from './cellLabel';
import { cellValue, plannedAt, rankOf, type GridSource } from './cellValue';
import { possibleQuantities, shownQuantity, type Quantity } from './quantity';
import { fillOf } from './scale';
import { gridShape } from './shape';

export interface GridCell {
  readonly layer: number;
  readonly role: Role;
  /** Places in `RunState.modules`. None where the layer has no such module, several in mixture-of-experts models. */
  readonly modules: readonly number[];
  readonly value: number | undefined;
  readonly text: string;
  /** The cell in words, for those who do not see its place, its color and its signs. */
  readonly label: string;
  /** 0 to 1: how far the cell is along the scale of colors. */
  readonly fill: number;
  /** Whether the plan gives it an adapter. */
  readonly kept: boolean;
  /** Whether allocators leave all of its modules alone. */
  readonly locked: boolean;
  /** Whether it has another rank, alpha or number of experts than in the run's own plan. */
  readonly changed: boolean;
}

export interface GridView {
  readonly quantity: Quantity;
  readonly possible: readonly Quantity[];
  readonly roles: readonly Role[];
  readonly rows: readonly (readonly GridCell[])[];
  /** For each row whether the plan adapts any module of the layer. */
  readonly kept: readonly boolean[];
  /** The top of the scale; 0 where there is none yet. */
  readonly max: number;
  /** How the cells and the legend print values. */
  readonly unit: SharedUnit;
}

const counts: SharedUnit = { text: formatCount, suffix: '' };

/**
 * The layer × role grid: one row a layer, one column for each role that the model has.
 *
 * @param top of the scale, where it has to stay: under a pointer that drags a value, colors that all change cannot be read
 */
export function gridView(source: GridSource, chosen: Quantity, top?: number): GridView {
  const { run, scores } = source;
  const possible = possibleQuantities(source);
  const quantity = shownQuantity(chosen, possible);
  const { roles, places } = gridShape(run);
  const values = places.map((row) => row.map((modules) => cellValue(source, quantity, modules)));
  const max = top ?? values.reduce((most, row) => row.reduce(larger, most), 0);
  const unit = unitOf(quantity, scores.unit, max);
  const rows = places.map((row, layer) =>
    row.map((modules, column): GridCell => {
      const value = values[layer]?.[column];
      const cell = {
        ...{ layer, role: roles[column] ?? 'q', modules, value },
        text: value === undefined ? '–' : unit.text(value),
        fill: value === undefined ? 0 : fillOf(quantity, value, max),
        ...signs(source, modules),
      };
      return { ...cell, label: cellLabel(cell, quantity, unit, scores.unit) };
    }),
  );
  const kept = rows.map((row) => row.some((cell) => cell.kept));
  return { quantity, possible, roles, rows, kept, max, unit };
}

const larger = (most: number, value: number | undefined): number => Math.max(most, value ?? 0);

function unitOf(quantity: Quantity, kind: 'share' | 'score', max: number): SharedUnit {
  if (quantity === 'score') return sharedUnit(kind, max);
  return quantity === 'norm' ? sharedUnit('score', max) : counts;
}

function signs(
  { run, draft, planOfRun }: GridSource,
  modules: readonly number[],
): Pick<GridCell, 'kept' | 'locked' | 'changed'> {
  const planned = modules.map((place) => plannedAt(run, place));
  const paths = modules.map((place) => run.modules[place]?.path ?? '');
  return {
    kept: planned.some((one) => (one?.experts ?? 0) > 0),
    locked: planned.length > 0 && planned.every((one) => one?.locked === true),
    changed: draft !== undefined && planned.some((one, index) => differs(one, planOfRun, paths[index] ?? '')),
  };
}

function differs(now: PlannedModule | undefined, planOfRun: Plan | undefined, path: string): boolean {
  if (planOfRun === undefined) return false;
  const before = planOfRun.modules[path];
  if (rankOf(now) === 0 && rankOf(before) === 0) return false;
  return now?.rank !== before?.rank || now?.alpha !== before?.alpha || now?.experts !== before?.experts;
}
