import { h, rebuild, uniqueId } from '../dom';
import { cellDetails } from '../model/cellDetails';
import type { GridView } from '../model/grid';
import type { PageView } from '../model/view';

export interface CellTip {
  readonly element: HTMLElement;
  /** Takes what the next tip is filled from; a tip that is open is refilled. */
  update(view: PageView, grid: GridView): void;
  show(anchor: HTMLElement, row: number, column: number): void;
  /** Moves to where its cell is now. */
  follow(): void;
  hide(): void;
}

/** The tooltip of a grid cell, on hover and on focus. The focused cell is described by it. */
export function cellTip(): CellTip {
  const id = uniqueId('tip');
  const element = h('div', { id, class: 'tip', role: 'tooltip', hidden: true });
  let from: { view: PageView; grid: GridView } | undefined;
  let open: { anchor: HTMLElement; row: number; column: number } | undefined;

  const fill = (): void => {
    const cell = open && from?.grid.rows[open.row]?.[open.column];
    if (!from || !cell) return;
    const details = cellDetails(from.view.run, from.view.scores, cell);
    rebuild(element, details, () => [
      h('strong', {}, details.title),
      ...details.lines.map(([label, value]) => h('div', {}, `${label}: ${value}`)),
    ]);
  };
  return {
    element,
    update: (view, grid) => {
      from = { view, grid };
      fill();
    },
    show: (anchor, row, column) => {
      open?.anchor.removeAttribute('aria-describedby');
      open = { anchor, row, column };
      fill();
      anchor.setAttribute('aria-describedby', id);
      element.hidden = false;
      place(element, anchor.getBoundingClientRect());
    },
    follow: () => {
      if (open) place(element, open.anchor.getBoundingClientRect());
    },
    hide: () => {
      open?.anchor.removeAttribute('aria-describedby');
      open = undefined;
      element.hidden = true;
    },
  };
}

/** Below the cell, above where there is no room, never past the window's edges. */
function place(tip: HTMLElement, anchor: DOMRect): void {
  const gap = 4;
  const { width, height } = tip.getBoundingClientRect();
  const below = anchor.bottom + gap;
  const top = below + height > window.innerHeight ? Math.max(gap, anchor.top - gap - height) : below;
  const left = Math.max(gap, Math.min(anchor.left, window.innerWidth - width - gap));
  tip.style.top = `${top}px`;
  tip.style.left = `${left}px`;
}
