import { formatCount } from '../../src/shared/format';
import { h, rebuild } from '../dom';
import type { LayerRow } from '../model/layers';
import { formatValue, type ScoreView } from '../model/scores';
import { sharedUnit } from '../model/unit';
import { scroller, type Part } from './part';

/** The chart's numbers as a table. */
export function layersTable(): Part {
  const table = h('table', { class: 'plain' });
  const element = scroller('Layer scores', table);
  return {
    element,
    update: ({ layers, scores }) => {
      const columns = columnsOf(layers, scores);
      rebuild(table, [columns.map((column) => column.title), layers, scores.unit], () => [
        h('thead', {}, h('tr', {}, ...columns.map((column) => h('th', { scope: 'col' }, column.title)))),
        h(
          'tbody',
          {},
          ...layers.map((row) =>
            h(
              'tr',
              { class: row.kept ? 'kept' : '' },
              ...columns.map((column, index) =>
                index === 0 ? h('th', { scope: 'row' }, column.text(row)) : h('td', {}, column.text(row)),
              ),
            ),
          ),
        ),
      ]);
    },
  };
}

interface Column {
  readonly title: string;
  readonly text: (row: LayerRow) => string;
}

function columnsOf(rows: readonly LayerRow[], scores: ScoreView): Column[] {
  const planned = rows.some((row) => row.kept !== undefined);
  const unit = sharedUnit('score', Math.max(0, ...rows.map((row) => row.value)));
  const raw: Column[] = [
    { title: `Score${unit.suffix}`, text: (row) => unit.text(row.value) },
    {
      title: '± SE, at most',
      text: (row) => (row.error === undefined ? '–' : unit.text(row.error)),
    },
  ];
  const plan: Column[] = [
    { title: 'Kept', text: (row) => (row.kept ? 'kept' : '–') },
    { title: 'Adapted modules', text: (row) => formatCount(row.adaptedModules) },
    { title: 'Experts', text: (row) => formatCount(row.experts) },
  ];
  return [
    { title: 'Layer', text: (row) => String(row.layer) },
    ...(scores.unit === 'score' ? raw : []),
    { title: 'Share', text: (row) => formatValue('share', row.share) },
    ...(planned ? plan : []),
  ];
}
