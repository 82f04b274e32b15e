import { h, rebuild, setAttribute } from '../../dom';
import type { GridCell, GridView } from '../../model/map/grid';
import type { Paint } from '../../model/map/palette';
import { isSame } from '../../model/remembered';
import { isInside, type Place, type Selection } from '../../model/map/selection';

/** What the grid looks like besides its values. */
export interface GridLook {
  readonly label: string;
  readonly paint: (fill: number) => Paint;
  readonly selection: Selection | undefined;
  readonly editable: boolean;
}

/** What a head selects; the corner has neither. */
export interface Head {
  readonly row?: number;
  readonly column?: number;
}

export interface GridTable {
  readonly element: HTMLElement;
  readonly table: HTMLElement;
  cellAt(place: Place): HTMLElement | undefined;
  placeOf(target: EventTarget | null): Place | undefined;
  headOf(target: EventTarget | null): Head | undefined;
  update(view: GridView, look: GridLook): void;
}

const manyRows = 40;

/** A cell's element with what was last written into it: writing is dear, and most of what comes is the same again. */
interface Drawn {
  readonly element: HTMLElement;
  readonly text: Text;
  readonly place: Place;
  was: Partial<Readonly<Record<string, string>>>;
}

/**
 * The table itself: an ARIA grid whose cells are patched in place, so that focus and scroll stay where they are. It is made of
 * boxes and not of a table's elements, since only boxes that are out of sight can be left out of the layout.
 *
 * @param helpId of the element that says how it is used
 */
export function gridTable(helpId: string): GridTable {
  const table = h('div', { role: 'grid', 'aria-multiselectable': 'true', 'aria-describedby': helpId });
  const element = h('div', { class: 'scroller grid-box' }, table);
  let cells: readonly (readonly Drawn[])[] = [];
  let drawnOf = new Map<Element, Drawn>();
  let headOf = new Map<Element, Head>();

  /** What the cells were patched from last. */
  let seen: readonly unknown[] = [];

  const build = ({ roles, rows }: GridView): HTMLElement[] => {
    const heads = new Map<Element, Head>();
    const head = (text: string, title: string, column: number, selects: Head, role = 'columnheader') => {
      const cell = h('div', { role, title, 'aria-colindex': String(column) }, text);
      heads.set(cell, selects);
      return cell;
    };
    cells = rows.map((row, line) => row.map((_, column) => emptyCell({ row: line, column })));
    drawnOf = new Map(cells.flat().map((drawn) => [drawn.element, drawn]));
    headOf = heads;
    const top = [
      head('Layer', 'Select all', 1, {}),
      ...roles.map((role, column) => head(role, `Select ${role} of all layers`, column + 2, { column })),
    ];
    const lines = cells.map((row, line) =>
      h(
        'div',
        { role: 'row', 'aria-rowindex': String(line + 2) },
        head(String(line), `Select layer ${line}`, 1, { row: line }, 'rowheader'),
        ...row.map((drawn) => drawn.element),
      ),
    );
    setAttribute(table, 'aria-rowcount', String(rows.length + 1));
    setAttribute(table, 'aria-colcount', String(roles.length + 1));
    return [
      h('div', { role: 'rowgroup' }, h('div', { role: 'row', 'aria-rowindex': '1' }, ...top)),
      h('div', { role: 'rowgroup', class: rows.length > manyRows ? 'lines many' : 'lines' }, ...lines),
    ];
  };

  return {
    element,
    table,
    cellAt: ({ row, column }) => cells[row]?.[column]?.element,
    placeOf: (target) => drawnOf.get(closest(target, '[role=gridcell]') ?? table)?.place,
    headOf: (target) => headOf.get(target instanceof Element ? target : table),
    update: (view, look) => {
      const hadFocus = table.contains(document.activeElement);
      rebuild(table, [view.roles, view.rows.length], () => build(view));
      table.style.setProperty('--columns', String(view.roles.length));
      setAttribute(table, 'aria-label', `Layers × roles. ${look.label}`);
      setAttribute(table, 'aria-readonly', look.editable ? undefined : 'true');
      table.classList.toggle('editable', look.editable);
      if (isSame(seen, [view, look.paint, look.selection, look.editable])) return;
      seen = [view, look.paint, look.selection, look.editable];
      const focus = look.selection?.focus ?? { row: 0, column: 0 };
      view.rows.forEach((row, line) =>
        row.forEach((cell, column) => {
          const drawn = cells[line]?.[column];
          if (drawn) patch(drawn, cell, look, line === focus.row && column === focus.column);
        }),
      );
      view.kept.forEach((kept, line) =>
        cells[line]?.[0]?.element.parentElement?.classList.toggle('kept', kept),
      );
      // Only another model makes new cells; the reader is then at the same place of it.
      if (hadFocus && !table.contains(document.activeElement))
        cells[focus.row]?.[focus.column]?.element.focus();
    },
  };
}

function emptyCell(place: Place): Drawn {
  const text = document.createTextNode('');
  const element = h(
    'div',
    { role: 'gridcell', tabindex: '-1', 'aria-colindex': String(place.column + 2) },
    text,
  );
  return { element, text, place, was: {} };
}

function patch(drawn: Drawn, cell: GridCell, look: GridLook, focusable: boolean): void {
  const { element, text, place } = drawn;
  const paint = look.paint(cell.fill);
  const is = {
    text: cell.text,
    label: cell.label,
    ground: paint.background,
    ink: paint.ink,
    signs: `${cell.locked ? 'locked ' : ''}${cell.changed ? 'changed' : ''}`,
    selected: String(isInside(look.selection, place)),
    tabindex: focusable ? '0' : '-1',
    readOnly: String(look.editable && cell.modules.length === 0),
  };
  const { was } = drawn;
  if (was['text'] !== is.text) text.data = is.text;
  if (was['label'] !== is.label) element.setAttribute('aria-label', is.label);
  if (was['ground'] !== is.ground) element.style.backgroundColor = is.ground;
  if (was['ink'] !== is.ink) element.style.color = is.ink;
  if (was['signs'] !== is.signs) element.className = is.signs;
  if (was['selected'] !== is.selected) element.setAttribute('aria-selected', is.selected);
  if (was['tabindex'] !== is.tabindex) element.setAttribute('tabindex', is.tabindex);
  if (was['readOnly'] !== is.readOnly) {
    setAttribute(element, 'aria-readonly', is.readOnly === 'true' ? 'true' : undefined);
  }
  drawn.was = is;
}

const closest = (target: EventTarget | null, selector: string): Element | null =>
  target instanceof Element ? target.closest(selector) : null;
