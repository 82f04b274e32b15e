import type { GridCell } from './grid';

/** Cells in words: "layer 3 q", "layer 3", "q of 8 layers", "12 modules". */
export function cellNames(cells: readonly Pick<GridCell, 'layer' | 'role'>[]): string {
  const [first] = cells;
  if (!first) return 'no module';
  if (cells.length === 1) return `layer ${first.layer} ${first.role}`;
  if (cells.every(({ layer }) => layer === first.layer)) {
    return `layer ${first.layer} ${cells.map(({ role }) => role).join(', ')}`;
  }
  if (cells.every(({ role }) => role === first.role)) return `${first.role} of ${cells.length} layers`;
  return `${cells.length} modules`;
}
