/** The keys of an ARIA grid: where the focus goes from a cell; undefined for keys that are not the grid's. */
export function moveInGrid(
  pressed: { readonly key: string; readonly ctrlKey: boolean; readonly metaKey: boolean },
  from: { readonly row: number; readonly column: number },
  rows: number,
  columns: number,
): { row: number; column: number } | undefined {
  const far = pressed.ctrlKey || pressed.metaKey;
  const clamp = (row: number, column: number) => ({
    row: Math.max(0, Math.min(rows - 1, row)),
    column: Math.max(0, Math.min(columns - 1, column)),
  });
  if (rows === 0 || columns === 0) return undefined;
  switch (pressed.key) {
    case 'ArrowUp':
      return clamp(from.row - 1, from.column);
    case 'ArrowDown':
      return clamp(from.row + 1, from.column);
    case 'ArrowLeft':
      return clamp(from.row, from.column - 1);
    case 'ArrowRight':
      return clamp(from.row, from.column + 1);
    case 'PageUp':
      return clamp(from.row - 10, from.column);
    case 'PageDown':
      return clamp(from.row + 10, from.column);
    case 'Home':
      return clamp(far ? 0 : from.row, 0);
    case 'End':
      return clamp(far ? rows - 1 : from.row, columns - 1);
    default:
      return undefined;
  }
}
