import { h, rebuild, show } from '../dom';
import { costRows } from '../model/costs';
import type { Part } from './part';

/** Estimate against actual, once the run has ended. */
export function costTable(): Part {
  const body = h('tbody');
  const heads = ['Resource', 'Estimate', 'Actual', 'Difference'];
  const element = h(
    'table',
    { class: 'plain' },
    h('caption', { class: 'sr-only' }, 'Estimate against actual'),
    h('thead', {}, h('tr', {}, ...heads.map((head) => h('th', { scope: 'col' }, head)))),
    body,
  );
  return {
    element,
    update: ({ run }) => {
      show(element, run.actual !== undefined);
      const rows = costRows(run.estimate, run.actual);
      rebuild(body, rows, () =>
        rows.map((row) =>
          h(
            'tr',
            {},
            h('th', { scope: 'row' }, row.title),
            h('td', {}, row.estimate),
            h('td', {}, row.actual),
            h('td', {}, row.difference),
          ),
        ),
      );
    },
  };
}
