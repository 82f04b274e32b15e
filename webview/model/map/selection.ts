/** A cell's place in the grid. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

/** A rectangle of cells between two corners, and the cell in it that has the focus. */
export interface Selection {
  readonly anchor: Place;
  readonly end: Place;
  readonly focus: Place;
}

/** How many rows and columns there are. */
export interface Extent {
  readonly rows: number;
  readonly columns: number;
}

export interface Rectangle {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

export const only = (place: Place): Selection => ({ anchor: place, end: place, focus: place });

/** The selection drawn out to a place; begun there where there was none. */
export const extendTo = (selection: Selection | undefined, to: Place): Selection =>
  selection ? { anchor: selection.anchor, end: to, focus: to } : only(to);

/** Whole rows from one to another. @param column of the focus, so that nothing has to scroll */
export const rowsBetween = ({ columns }: Extent, from: number, to: number, column = 0): Selection => ({
  anchor: { row: from, column: 0 },
  end: { row: to, column: columns - 1 },
  focus: { row: to, column },
});

/** Whole columns from one to another. @param row of the focus */
export const columnsBetween = ({ rows }: Extent, from: number, to: number, row = 0): Selection => ({
  anchor: { row: 0, column: from },
  end: { row: rows - 1, column: to },
  focus: { row, column: to },
});

/** All cells. */
export const everything = ({ rows, columns }: Extent, focus: Place): Selection => ({
  anchor: { row: 0, column: 0 },
  end: { row: rows - 1, column: columns - 1 },
  focus,
});

/** The rows and columns inside, ends included. */
export const rectangleOf = ({ anchor, end }: Selection): Rectangle => ({
  top: Math.min(anchor.row, end.row),
  bottom: Math.max(anchor.row, end.row),
  left: Math.min(anchor.column, end.column),
  right: Math.max(anchor.column, end.column),
});

export function isInside(selection: Selection | undefined, { row, column }: Place): boolean {
  if (!selection) return false;
  const { top, bottom, left, right } = rectangleOf(selection);
  return row >= top && row <= bottom && column >= left && column <= right;
}

/** The selected ones of rows of anything. */
export function pick<T>(selection: Selection | undefined, rows: readonly (readonly T[])[]): T[] {
  if (!selection) return [];
  const { top, bottom, left, right } = rectangleOf(selection);
  return rows.slice(top, bottom + 1).flatMap((row) => row.slice(left, right + 1));
}

/** The selection within a grid that may have become smaller; undefined where nothing of it is left. */
export function within(selection: Selection | undefined, { rows, columns }: Extent): Selection | undefined {
  if (!selection || rows === 0 || columns === 0) return undefined;
  const clamp = ({ row, column }: Place): Place => ({
    row: Math.min(row, rows - 1),
    column: Math.min(column, columns - 1),
  });
  return { anchor: clamp(selection.anchor), end: clamp(selection.end), focus: clamp(selection.focus) };
}
