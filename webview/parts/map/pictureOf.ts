import type { GridView } from '../../model/map/grid';
import { gridPicture } from '../../ui/gridPicture';
import type { GridTable } from './gridTable';

/** A grid as it stands on the page, as a data URL of a PNG. */
export function pictureOf(title: string, { roles, rows, kept }: GridView, table: GridTable): string {
  return gridPicture({
    title,
    heads: roles,
    rows: rows.map((row, line) => ({
      kept: kept[line] === true,
      cells: row.map((cell, column) => ({
        ...cell,
        element: table.cellAt({ row: line, column }) ?? table.element,
      })),
    })),
  });
}
