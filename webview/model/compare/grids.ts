import type { ComparedPlan, Comparison } from '../../../src/shared/comparison';
import type { GridSource } from '../map/cellValue';
import { gridView, type GridCell, type GridView } from '../map/grid';
import { possibleQuantities, shownQuantity, type Quantity } from '../map/quantity';
import { fillOf } from '../map/scale';
import type { ScoreView } from '../scores';
import type { SharedUnit } from '../unit';
import type { CompareChoices } from './choices';
import { signedCount, signedPoints } from './signed';

const none: ScoreView = {
  ...{ task: undefined, unit: 'share', values: [], layerValues: [], errors: undefined },
  ...{ layerErrors: undefined, layerIntervals: undefined, total: 1, moduleTotal: 1 },
};

/** One of the plans as the map's grid is made from. */
export const sourceOf = (
  { modules }: Pick<Comparison, 'modules'>,
  { plan, scores }: ComparedPlan,
): GridSource => ({
  run: { modules, model: undefined, plan: { plan } },
  scores: { ...none, values: scores ?? [] },
  draft: undefined,
  planOfRun: undefined,
});

/**
 * The grid that the reader chose: of one plan, or of what the right one has more than the left one. Both plans have one scale, so
 * that they can be told apart by going from one to the other.
 */
export function comparedGrid(comparison: Comparison, { shown, quantity }: CompareChoices): GridView {
  const left = sourceOf(comparison, comparison.left);
  const right = sourceOf(comparison, comparison.right);
  const [ofLeft, ofRight] = [possibleQuantities(left), possibleQuantities(right)];
  const possible =
    shown === 'left' ? ofLeft : shown === 'right' ? ofRight : ofLeft.filter((one) => ofRight.includes(one));
  const chosen = possible.includes(quantity) ? quantity : shownQuantity('rank', possible);
  const views = [gridView(left, chosen), gridView(right, chosen)] as const;
  // A side without scores shows something else, whose scale says nothing.
  const top = views.reduce((most, view) => (view.quantity === chosen ? Math.max(most, view.max) : most), 0);
  if (shown === 'difference') return differenceOf(views, chosen, possible);
  return { ...gridView(shown === 'left' ? left : right, chosen, top), possible };
}

const units: Readonly<Record<'score' | 'counts', SharedUnit>> = {
  score: { text: signedPoints, suffix: ', percentage points' },
  counts: { text: signedCount, suffix: '' },
};

/** Right less left. `fill` goes from −1, the most that is less on the right, over 0 to 1. */
function differenceOf(
  [left, right]: readonly [GridView, GridView],
  quantity: Quantity,
  possible: readonly Quantity[],
): GridView {
  const unit = units[quantity === 'score' ? 'score' : 'counts'];
  const differences = left.rows.map((row, layer) =>
    row.map(({ value }, column) => {
      const other = right.rows[layer]?.[column]?.value;
      return value === undefined || other === undefined ? undefined : other - value;
    }),
  );
  const max = differences.flat().reduce<number>((most, value) => Math.max(most, Math.abs(value ?? 0)), 0);
  const rows = left.rows.map((row, layer) =>
    row.map((cell, column): GridCell => {
      const value = differences[layer]?.[column];
      const other = right.rows[layer]?.[column];
      const text = value === undefined ? '–' : unit.text(value);
      return {
        ...{ layer, role: cell.role, modules: cell.modules, value, text },
        fill: value === undefined ? 0 : Math.sign(value) * fillOf(quantity, Math.abs(value), max),
        label: `Layer ${layer} ${cell.role}: ${differenceLabel(quantity, text, cell, other)}`,
        ...{ kept: cell.kept || other?.kept === true, locked: false, changed: false },
      };
    }),
  );
  return { quantity, possible, roles: left.roles, rows, kept: rows.map(() => false), max, unit };
}

const names: Readonly<Record<Quantity, string>> = {
  score: 'share of the score',
  rank: 'rank',
  experts: 'experts',
  parameters: 'parameters',
  norm: 'norm',
};

/** "rank +4, 8 left and 12 right": what is printed in the cell, with both that it comes from. */
function differenceLabel(
  quantity: Quantity,
  text: string,
  left: GridCell,
  right: GridCell | undefined,
): string {
  if (left.modules.length === 0) return 'no such module';
  const unit = quantity === 'score' ? ' percentage points' : '';
  const both =
    left.text === right?.text ? `${left.text} on both sides` : `${left.text} left and ${right?.text} right`;
  return `${names[quantity]} ${text}${unit}, ${both}`;
}
