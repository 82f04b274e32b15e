import { h, rebuild, show, uniqueId } from '../../dom';
import type { CellDetails } from '../../model/map/cellDetails';
import type { GridCell, GridView } from '../../model/map/grid';
import type { Place } from '../../model/map/selection';
import { placeBeside } from '../../ui/popover';

export interface CellTip {
  readonly element: HTMLElement;
  /** Takes what the next tip is filled from; a tip that is open is refilled. */
  update(grid: GridView, detailsOf: (cell: GridCell) => CellDetails): void;
  /** Describes the cell that has the focus to screen readers, wherever the pointer goes; undefined for none. */
  describe(cell: { readonly anchor: HTMLElement; readonly place: Place } | undefined): void;
  /** Is seen once the reader rests on a cell. */
  rest(anchor: HTMLElement, place: Place): void;
  /** Is seen at once. */
  show(anchor: HTMLElement, place: Place): void;
  /** Moves to where its cell is now. */
  follow(): void;
  hide(): void;
}

/** A reader who goes over the cells wants to see them, not what floats above them. */
const restsAfterMilliseconds = 500;

/** The tooltip of a grid cell, on hover and on focus. */
export function cellTip(): CellTip {
  const id = uniqueId('cell-details');
  const floating = h('div', { class: 'tip', role: 'tooltip', hidden: true });
  // Of its own, since the tip may be of the cell under the pointer. What is hidden can describe all the same.
  const description = h('div', { id, hidden: true });
  let from: { grid: GridView; detailsOf: (cell: GridCell) => CellDetails } | undefined;
  let open: { anchor: HTMLElement; place: Place } | undefined;
  let focused: typeof open;
  let resting: ReturnType<typeof setTimeout> | undefined;

  const fill = (element: HTMLElement, at: typeof open): void => {
    const cell = at && from?.grid.rows[at.place.row]?.[at.place.column];
    if (!from || !cell) return;
    const details = from.detailsOf(cell);
    rebuild(element, details, () => [
      h('strong', {}, details.title),
      ...details.lines.map(([label, value]) => h('div', {}, `${label}: ${value}`)),
    ]);
  };
  const turnTo = (anchor: HTMLElement, place: Place): void => {
    clearTimeout(resting);
    open = { anchor, place };
    fill(floating, open);
  };
  const appear = (): void => {
    if (!open) return;
    show(floating, true);
    placeBeside(floating, open.anchor.getBoundingClientRect());
  };
  return {
    element: h('div', {}, floating, description),
    update: (grid, detailsOf) => {
      from = { grid, detailsOf };
      fill(floating, open);
      fill(description, focused);
    },
    describe: (cell) => {
      focused?.anchor.removeAttribute('aria-describedby');
      focused = cell;
      fill(description, focused);
      if (cell) cell.anchor.setAttribute('aria-describedby', id);
    },
    rest: (anchor, place) => {
      if (open?.anchor === anchor && !floating.hidden) return;
      turnTo(anchor, place);
      show(floating, false);
      resting = setTimeout(appear, restsAfterMilliseconds);
    },
    show: (anchor, place) => {
      turnTo(anchor, place);
      appear();
    },
    follow: () => {
      if (open && !floating.hidden) placeBeside(floating, open.anchor.getBoundingClientRect());
    },
    hide: () => {
      clearTimeout(resting);
      open = undefined;
      show(floating, false);
    },
  };
}
