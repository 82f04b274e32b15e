import type { GridView } from './grid';
import { rectangleOf, type Selection } from './selection';

/** The selected cells as lines with tabs between, which spreadsheets paste as cells. */
export function selectionText(grid: GridView, selection: Selection): string {
  const { top, bottom, left, right } = rectangleOf(selection);
  return grid.rows
    .slice(top, bottom + 1)
    .map((row) =>
      row
        .slice(left, right + 1)
        .map(({ value }) => (value === undefined ? '' : String(value)))
        .join('\t'),
    )
    .join('\n');
}
