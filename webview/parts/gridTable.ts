import { h, rebuild, setText } from '../dom';
import type { GridView } from '../model/grid';
import { mixPercent } from '../model/scale';
import type { CellTip } from './cellTip';
import { moveInGrid } from '../model/gridKeys';

export interface GridTable {
  readonly element: HTMLElement;
  update(view: GridView, label: string): void;
}

/** The table itself: an ARIA grid whose cells are patched in place, so that focus and scroll stay where they are. */
export function gridTable(tip: CellTip): GridTable {
  const table = h('table', { role: 'grid', 'aria-readonly': 'true' });
  const element = h('div', { class: 'scroller grid-box' }, table);
  let cells: HTMLElement[][] = [];
  let current = { row: 0, column: 0 };

  const focusable = (): HTMLElement | undefined => cells[current.row]?.[current.column];
  const placeOf = (target: EventTarget | null): { row: number; column: number } | undefined => {
    const row = cells.findIndex((line) => line.some((cell) => cell === target));
    return row < 0 ? undefined : { row, column: cells[row]?.findIndex((cell) => cell === target) ?? 0 };
  };
  const rove = (to: { row: number; column: number }): void => {
    focusable()?.setAttribute('tabindex', '-1');
    current = to;
    focusable()?.setAttribute('tabindex', '0');
  };

  table.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') tip.hide();
    const to = moveInGrid(event, current, cells.length, cells[0]?.length ?? 0);
    if (!to) return;
    event.preventDefault();
    rove(to);
    // Focus alone is content with a cell that is half in view.
    focusable()?.focus({ preventScroll: true });
    focusable()?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  });
  table.addEventListener('focusin', (event) => {
    const place = placeOf(event.target);
    const cell = event.target;
    if (!place || !(cell instanceof HTMLElement)) return;
    rove(place);
    tip.show(cell, place.row, place.column);
  });
  table.addEventListener('focusout', () => tip.hide());
  table.addEventListener('pointerover', (event) => {
    const place = placeOf(event.target);
    if (place && event.target instanceof HTMLElement) tip.show(event.target, place.row, place.column);
  });
  table.addEventListener('pointerleave', () => tip.hide());
  // Moving the focus scrolls too, so the tip must follow its cell and not go away. Caught on the way down, as scrolling
  // does not bubble: it may be the box's or the window's.
  window.addEventListener('scroll', () => tip.follow(), { capture: true, passive: true });

  const build = (view: GridView): HTMLElement[] => {
    cells = view.rows.map((row) =>
      row.map((cell) => h('td', { role: 'gridcell', tabindex: '-1', 'data-role': cell.role })),
    );
    current = { row: 0, column: 0 };
    focusable()?.setAttribute('tabindex', '0');
    const heads = view.roles.map((role) => h('th', { role: 'columnheader', scope: 'col' }, role));
    return [
      h(
        'thead',
        {},
        h('tr', { role: 'row' }, h('th', { role: 'columnheader', scope: 'col' }, 'Layer'), ...heads),
      ),
      h(
        'tbody',
        {},
        ...cells.map((row, layer) =>
          h('tr', { role: 'row' }, h('th', { role: 'rowheader', scope: 'row' }, String(layer)), ...row),
        ),
      ),
    ];
  };

  return {
    element,
    update: (view, label) => {
      table.setAttribute('aria-label', `Layers × roles. ${label}`);
      rebuild(table, [view.roles, view.rows.length], () => build(view));
      view.kept.forEach((kept, line) => cells[line]?.[0]?.parentElement?.classList.toggle('kept', kept));
      view.rows.forEach((row, line) =>
        row.forEach((cell, column) => {
          const element = cells[line]?.[column];
          if (!element) return;
          setText(element, cell.text);
          element.style.setProperty('--fill', mixPercent(cell.fill));
        }),
      );
    },
  };
}
