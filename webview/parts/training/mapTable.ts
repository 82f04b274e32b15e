import { h, rebuild } from '../../dom';
import type { MapCell, MapView } from '../../model/training/mapView';
import { strongestMix } from '../../model/map/palette';
import { shareBars } from '../../ui/shareBars';
import { scroller } from '../part';

export interface MapTable {
  readonly element: HTMLElement;
  update(view: MapView): void;
}

/** A map of layers × roles to be looked at. Its cells are patched in place, so that the scrubber moves nothing but what moved. */
export function mapTable(label: string): MapTable {
  const table = h('table', { class: 'map-table' });
  const element = scroller(label, table);
  let cells: HTMLElement[][] = [];
  const build = ({ columns, rows }: MapView): HTMLElement[] => {
    cells = rows.map(() => columns.map(() => h('td')));
    return [
      h('thead', {}, h('tr', {}, ...['Layer', ...columns].map((title) => h('th', { scope: 'col' }, title)))),
      h(
        'tbody',
        {},
        ...rows.map(({ head }, row) => h('tr', {}, h('th', { scope: 'row' }, head), ...(cells[row] ?? []))),
      ),
    ];
  };
  return {
    element,
    update: (view) => {
      rebuild(table, [view.columns, view.rows.map(({ head }) => head)], () => build(view));
      for (const [row, { cells: shown }] of view.rows.entries()) {
        for (const [column, cell] of shown.entries()) {
          const place = cells[row]?.[column];
          if (place === undefined) continue;
          rebuild(place, cell, () => cellContent(cell));
          place.style.setProperty('--fill', `${(100 * strongestMix * cell.fill).toFixed(1)}%`);
          place.title = cell.words;
          place.classList.toggle('first', cell.isFirst === true);
        }
      }
    },
  };
}

/** What is seen; and where that is short, what is said. */
function cellContent({ text, move, bars, words }: MapCell): Node[] {
  if (move === undefined && bars === undefined) return [h('span', {}, text)];
  const arrow = move && { up: '▲', down: '▼', same: '' }[move.kind];
  return [
    h(
      'span',
      { class: 'seen', 'aria-hidden': 'true' },
      ...(bars === undefined ? [] : [shareBars(bars)]),
      h('span', {}, text),
      ...(move === undefined
        ? []
        : [h('span', { class: `move ${move.kind}` }, `${arrow ?? ''}${move.text}`)]),
    ),
    h('span', { class: 'sr-only' }, words),
  ];
}
