import { formatCount } from '../../src/shared/format';
import type { RunState } from '../../src/shared/runState';
import { roles, type Role } from '../../src/shared/words';
import { shownQuantity, type Quantity } from './quantity';
import { fillOf } from './scale';
import type { ScoreView } from './scores';
import { sharedUnit, type SharedUnit } from './unit';

const counts: SharedUnit = { text: formatCount, suffix: '' };

export interface GridCell {
  readonly layer: number;
  readonly role: Role;
  /** Places in `RunState.modules`. None where the layer has no such module, several in mixture-of-experts models. */
  readonly modules: readonly number[];
  readonly value: number | undefined;
  readonly text: string;
  /** 0 to 1: how much of the scale's hue the cell gets. */
  readonly fill: number;
}

export interface GridView {
  readonly quantity: Quantity;
  readonly roles: readonly Role[];
  readonly rows: readonly (readonly GridCell[])[];
  /** For each row whether the plan adapts any module of the layer. */
  readonly kept: readonly boolean[];
  /** The largest value; 0 where there is none yet. */
  readonly max: number;
  /** How the cells and the legend print values. */
  readonly unit: SharedUnit;
}

/** The layer × role grid: one row a layer, one column for each role that the model has. */
export function gridView(run: RunState, scores: ScoreView, chosen: Quantity): GridView {
  const quantity = shownQuantity(chosen, run.plan !== undefined);
  const places = placesByCell(run);
  const present = roles.filter((role) => run.modules.some((module) => module.role === role));
  const layers = Math.max(run.model?.layers ?? 0, ...run.modules.map((module) => module.layer + 1), 0);
  const valued = Array.from({ length: layers }, (_, layer) =>
    present.map((role) => {
      const modules = places.get(`${layer} ${role}`) ?? [];
      return { layer, role, modules, value: cellValue(run, scores, quantity, modules) };
    }),
  );
  const max = Math.max(0, ...valued.flat().map((cell) => cell.value ?? 0));
  const unit = quantity === 'score' ? sharedUnit(scores.unit, max) : counts;
  const rows = valued.map((row) =>
    row.map((cell) => ({
      ...cell,
      text: cell.value === undefined ? '–' : unit.text(cell.value),
      fill: cell.value === undefined ? 0 : fillOf(quantity, cell.value, max),
    })),
  );
  const kept = rows.map((row) => row.some((cell) => isKept(run, cell)));
  return { quantity, roles: present, rows, kept, max, unit };
}

/** Trainable parameters of a module's own adapter: `experts` pairs of A and B. Routers are in the plan's total only. */
export function adapterParameters(run: RunState, place: number): number {
  const module = run.modules[place];
  const planned = module && run.plan?.plan.modules[module.path];
  return planned ? planned.experts * planned.rank * (module.inFeatures + module.outFeatures) : 0;
}

function cellValue(
  run: RunState,
  scores: ScoreView,
  quantity: Quantity,
  modules: readonly number[],
): number | undefined {
  if (modules.length === 0) return undefined;
  if (quantity === 'score') {
    if (scores.values.length === 0) return undefined;
    return modules.reduce((sum, place) => sum + (scores.values[place] ?? 0), 0);
  }
  if (quantity === 'parameters') {
    return modules.reduce((sum, place) => sum + adapterParameters(run, place), 0);
  }
  const planned = modules.map((place) => run.plan?.plan.modules[run.modules[place]?.path ?? '']);
  // A module without experts has no adapter, whatever rank its line still names.
  if (quantity === 'rank') return Math.max(...planned.map((one) => (one && one.experts > 0 ? one.rank : 0)));
  return planned.reduce((sum, one) => sum + (one?.experts ?? 0), 0);
}

const isKept = (run: RunState, cell: GridCell): boolean =>
  cell.modules.some((place) => (run.plan?.plan.modules[run.modules[place]?.path ?? '']?.experts ?? 0) > 0);

function placesByCell(run: RunState): Map<string, number[]> {
  const places = new Map<string, number[]>();
  run.modules.forEach((module, place) => {
    const key = `${module.layer} ${module.role}`;
    const known = places.get(key);
    if (known) known.push(place);
    else places.set(key, [place]);
  });
  return places;
}
