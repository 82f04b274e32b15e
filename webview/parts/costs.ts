import { h, rebuild, show } from '../dom';
import { costRows } from '../model/costs';
import { section, type Part } from './part';

/**
 * Estimate against actual, once the run has ended. Narrow pages stack its cells, which would take the table's meaning from
 * it; the roles keep that.
 */
export function costs(): Part {
  const body = h('tbody', { role: 'rowgroup' });
  const heads = ['Resource', 'Estimate', 'Actual', 'Difference'];
  const table = h(
    'table',
    { class: 'plain costs', role: 'table' },
    h('caption', { class: 'sr-only' }, 'Estimate against actual'),
    h(
      'thead',
      { role: 'rowgroup' },
      h('tr', { role: 'row' }, ...heads.map((head) => h('th', { scope: 'col', role: 'columnheader' }, head))),
    ),
    body,
  );
  const element = section('Costs', 'costs-box', table);
  return {
    element,
    update: ({ run }) => {
      show(element, run.actual !== undefined);
      const rows = costRows(run.estimate, run.actual);
      rebuild(body, rows, () =>
        rows.map((row) =>
          h(
            'tr',
            { role: 'row' },
            h('th', { scope: 'row', role: 'rowheader' }, row.title),
            ...[row.estimate, row.actual, row.difference].map((text, index) =>
              h('td', { role: 'cell', 'data-head': heads[index + 1] ?? '' }, text),
            ),
          ),
        ),
      );
    },
  };
}
