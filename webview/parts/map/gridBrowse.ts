import type { GridView } from '../../model/map/grid';
import { gridCommand, type GridCommand } from '../../model/map/keys';
import {
  columnsBetween,
  everything,
  extendTo,
  isInside,
  only,
  rowsBetween,
  type Extent,
  type Place,
  type Selection,
} from '../../model/map/selection';
import { selectionText } from '../../model/map/selectionText';
import type { CellTip } from './cellTip';
import { listenToPointer, type PointerEdits } from './gridPointer';
import type { GridTable, Head } from './gridTable';

/** A grid whose cells can be selected, whether or not they can be edited. */
export interface Browsed {
  readonly selection: Selection | undefined;
  readonly extent: Extent;
  /** What is shown; undefined before there is anything. */
  readonly view: GridView | undefined;
  select(selection: Selection): void;
}

/** What a grid that can be edited does besides. */
export interface GridEdits extends PointerEdits {
  /** While a value is written no tip is in the way. */
  readonly isWriting: boolean;
  execute(command: Exclude<GridCommand, { command: 'select' }>): void;
  /** What floats follows its cell. */
  follow(): void;
}

/** Keys, pointer, focus and clipboard of a grid. */
export function browseGrid(sheet: Browsed, grid: GridTable, tip: CellTip, edits?: GridEdits): void {
  const { table } = grid;
  const focus = (): void => {
    const cell = sheet.selection && grid.cellAt(sheet.selection.focus);
    // Focus alone is content with a cell that is half in view.
    cell?.focus({ preventScroll: true });
    cell?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };

  table.addEventListener('keydown', (event) => {
    if (event.target instanceof HTMLInputElement) return;
    if (event.key === 'Escape') tip.hide();
    const command = gridCommand(event, sheet.selection ?? only({ row: 0, column: 0 }), sheet.extent);
    if (!command || (command.command !== 'select' && !edits)) return;
    event.preventDefault();
    // VS Code listens too, and has other commands under some of these keys.
    event.stopPropagation();
    if (command.command === 'select') {
      sheet.select(command.selection);
      focus();
    } else edits?.execute(command);
  });
  table.addEventListener('focusin', (event) => {
    const place = grid.placeOf(event.target);
    if (!place || !(event.target instanceof HTMLElement) || event.target instanceof HTMLInputElement) return;
    if (!isInside(sheet.selection, place)) sheet.select(only(place));
    tip.describe({ anchor: event.target, place });
    tip.rest(event.target, place);
  });
  table.addEventListener('focusout', () => {
    tip.describe(undefined);
    tip.hide();
  });
  table.addEventListener('pointerover', (event) => {
    const place = grid.placeOf(event.target);
    const cell = place && grid.cellAt(place);
    if (cell && edits?.isWriting !== true && event.buttons === 0) tip.rest(cell, place);
  });
  table.addEventListener('pointerleave', () => tip.hide());
  table.addEventListener('copy', (event) => {
    const { view, selection } = sheet;
    if (!view || !selection || event.target instanceof HTMLInputElement) return;
    event.clipboardData?.setData('text/plain', selectionText(view, selection));
    event.preventDefault();
  });
  // Moving the focus scrolls too, so what floats must follow its cell and not go away. Caught on the way down, as scrolling
  // does not bubble: it may be the box's or the window's.
  window.addEventListener(
    'scroll',
    () => {
      tip.follow();
      edits?.follow();
    },
    { capture: true, passive: true },
  );
  listenToPointer(grid, {
    select: (place, extend) => {
      sheet.select(extend ? extendTo(sheet.selection, place) : only(place));
      focus();
    },
    selectHead: (head, extend) => {
      selectHead(sheet, head, extend);
      focus();
    },
    edits,
  });
}

function selectHead(sheet: Browsed, { row, column }: Head, extend: boolean): void {
  const at: Place = sheet.selection?.focus ?? { row: 0, column: 0 };
  const { anchor } = (extend && sheet.selection) || {};
  if (row !== undefined) sheet.select(rowsBetween(sheet.extent, anchor?.row ?? row, row, at.column));
  else if (column !== undefined) {
    sheet.select(columnsBetween(sheet.extent, anchor?.column ?? column, column, at.row));
  } else sheet.select(everything(sheet.extent, at));
}
