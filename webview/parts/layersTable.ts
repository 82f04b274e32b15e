import { h, rebuild } from '../dom';
import type { CopyCell } from '../model/copies/table';
import { layersNumbers } from '../model/copies/tables';
import type { LayerRow } from '../model/layers';
import { remembered } from '../model/remembered';
import type { ScoreView } from '../model/scores';
import { sharedUnit } from '../model/unit';
import { scroller, type Part } from './part';

/** The chart's numbers as a table. @param pick is called with a layer that was chosen */
export function layersTable(pick: (layer: number) => void): Part {
  const table = h('table', { class: 'plain' });
  const element = scroller('Layer scores', table);
  // Delegated: the rows are made anew with every batch.
  table.addEventListener('click', (event) => {
    const row = event.target instanceof Element ? event.target.closest('tr') : null;
    const layer = row?.dataset['layer'];
    if (layer !== undefined) pick(Number(layer));
  });
  const draw = remembered((layers: readonly LayerRow[], scores: ScoreView): void => {
    const { heads, rows } = layersNumbers(
      { layers, scores },
      {
        unit: sharedUnit('score', Math.max(0, ...layers.map((row) => row.value))),
        error: '± SE, at most',
        bounds: scores.layerIntervals !== undefined,
      },
    );
    const focused = document.activeElement?.closest('tr')?.dataset['layer'];
    const hadFocus = table.contains(document.activeElement);
    rebuild(table, [heads, layers, scores.unit], () => [
      h('thead', {}, h('tr', {}, ...heads.map((head) => h('th', { scope: 'col' }, head)))),
      h('tbody', {}, ...layers.map((row, index) => line(row, rows[index] ?? []))),
    ]);
    if (hadFocus && !table.contains(document.activeElement)) {
      table.querySelector<HTMLElement>(`tr[data-layer="${focused ?? ''}"] button`)?.focus();
    }
  });
  return { element, update: ({ layers, scores }) => draw(layers, scores) };
}

function line(row: LayerRow, [, ...others]: readonly CopyCell[]): HTMLElement {
  const title = `Select layer ${row.layer} in the grid`;
  return h(
    'tr',
    { class: row.kept ? 'kept picks' : 'picks', 'data-layer': String(row.layer) },
    h(
      'th',
      { scope: 'row' },
      h('button', { type: 'button', class: 'plain', title, 'aria-label': title }, String(row.layer)),
    ),
    ...others.map(({ text }) => h('td', {}, text)),
  );
}
