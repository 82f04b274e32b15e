import type { RunState } from '../../../src/shared/runState';
import { h, rebuild, show } from '../../dom';
import { resultRows } from '../../model/training/results';
import { scroller } from '../part';

const columns = ['Trial', 'Task', 'Base model', 'Newest', 'Best', 'Test data'];

/** What the adapters make of each task. */
export function results(): { readonly element: HTMLElement; update(run: RunState): void } {
  const table = h('table', { class: 'plain' });
  const element = scroller('Results of each trial', table);
  return {
    element,
    update: (run) => {
      const rows = resultRows(run);
      show(element, rows.length > 0);
      rebuild(table, rows, () => [
        h('thead', {}, h('tr', {}, ...columns.map((title) => h('th', { scope: 'col' }, title)))),
        h(
          'tbody',
          {},
          ...rows.map(({ trial, task, base, now, best, test }) =>
            h(
              'tr',
              {},
              h('th', { scope: 'row' }, trial),
              ...[task, base, now, best, test].map((text) => h('td', {}, text)),
            ),
          ),
        ),
      ]);
    },
  };
}
