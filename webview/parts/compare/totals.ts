import { h, rebuild, show } from '../../dom';
import { csvOf } from '../../model/copies/csv';
import { latexOf } from '../../model/copies/latex';
import { markdownOf } from '../../model/copies/markdown';
import { totalsCopy, totalsRows } from '../../model/compare/totals';
import { menu } from '../../ui/menu';
import { scroller, section } from '../part';
import type { CompareDeeds, ComparePart } from './part';
import type { Comparison } from '../../../src/shared/comparison';

const forms = { CSV: csvOf, Markdown: markdownOf, LaTeX: latexOf } as const;

/** What both plans take and what their runs found out, side by side, with what the right one has more. */
export function totals(deeds: CompareDeeds): ComparePart {
  let shown: Comparison | undefined;
  const body = h('tbody');
  const heads = ['', 'Left', 'Right', 'Difference'].map((head) => h('th', { scope: 'col' }, head));
  const table = h('table', { class: 'plain' }, h('thead', {}, h('tr', {}, ...heads)), body);
  const copy = menu(
    'Copy totals as',
    Object.entries(forms).map(([form, write]) => ({
      label: `Copy as ${form}`,
      choose: () => shown && deeds.copy(write(totalsCopy(shown)), `the totals as ${form}`),
    })),
  );
  const element = section(
    'Totals',
    'totals',
    scroller('Totals of both plans', table),
    h('div', { class: 'row' }, copy.element),
  );
  return {
    element,
    update: ({ page: { comparison } }) => {
      shown = comparison;
      show(element, comparison !== undefined);
      if (!comparison) return;
      const rows = totalsRows(comparison);
      rebuild(body, rows, () =>
        rows.map(({ name, left, right, difference }) =>
          h(
            'tr',
            {},
            h('th', { scope: 'row' }, name),
            ...[left, right, difference].map(({ text }) => h('td', {}, text)),
          ),
        ),
      );
    },
  };
}
