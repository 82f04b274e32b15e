import type { ComparedPlan, Comparison } from '../../../src/shared/comparison';
import { csvLines } from '../copies/csv';
import type { CopyCell, CopyTable } from '../copies/table';
import type { GridView } from '../map/grid';
import type { ShownGrid } from './choices';
import { compareTitle } from './words';

/** The grid as it is shown: a row a layer, a column a role. */
export const compareCopy = (comparison: Comparison, grid: GridView, shown: ShownGrid): CopyTable => ({
  caption: compareTitle(comparison, grid, shown),
  heads: ['Layer', ...grid.roles],
  rows: grid.rows.map((row, layer) => [
    { value: layer, text: String(layer) },
    ...row.map(({ value, text }): CopyCell => ({ value, text })),
  ]),
});

/** Every module with what both plans give it, with full precision. */
export function comparedModulesCsv({ left, right, modules }: Comparison): string {
  const sides = [
    ['left', left],
    ['right', right],
  ] as const;
  const columns = ['rank', 'alpha', 'experts'] as const;
  const heads = sides.flatMap(([name, { scores }]) => [
    ...columns.map((column) => `${column} ${name}`),
    ...(scores ? [`share of the score ${name}`] : []),
  ]);
  const cells = ({ plan, scores }: ComparedPlan, path: string, place: number) => {
    const row = plan.modules[path];
    return [row?.rank, row?.alpha, row?.experts ?? 0, ...(scores ? [scores[place]] : [])];
  };
  return csvLines([
    ['layer', 'role', 'module', 'in_features', 'out_features', ...heads],
    ...modules.map(({ layer, role, path, inFeatures, outFeatures }, place) => [
      ...[layer, role, path, inFeatures, outFeatures],
      ...sides.flatMap(([, side]) => cells(side, path, place)),
    ]),
  ]);
}
