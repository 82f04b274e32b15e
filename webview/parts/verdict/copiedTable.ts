import { h, rebuild, setAttribute, setText, show } from '../../dom';
import { csvOf } from '../../model/copies/csv';
import { latexOf } from '../../model/copies/latex';
import { markdownOf } from '../../model/copies/markdown';
import type { CopyTable } from '../../model/copies/table';
import { menu } from '../../ui/menu';
import { scroller, type Deeds } from '../part';

const forms = { CSV: csvOf, Markdown: markdownOf, LaTeX: latexOf } as const;

export interface CopiedTable {
  readonly element: HTMLElement;
  update(table: CopyTable): void;
}

/**
 * A table of numbers that can be copied; its first column heads its rows.
 * @param what is copied, within a sentence: "the trainings"
 */
export function copiedTable(what: string, deeds: Pick<Deeds, 'copy'>): CopiedTable {
  let shown: CopyTable | undefined;
  const caption = h('p', { class: 'quiet' });
  const table = h('table', { class: 'plain' });
  const box = scroller(what, table);
  const copy = menu(
    `Copy ${what} as`,
    Object.entries(forms).map(([form, write]) => ({
      label: `Copy as ${form}`,
      choose: () => shown && deeds.copy(write(shown), `${what} as ${form}`),
    })),
  );
  const element = h('div', { class: 'copied-table' }, caption, box, copy.element);
  return {
    element,
    update: (told) => {
      shown = told;
      show(element, told.rows.length > 0);
      setText(caption, `${told.caption}.`);
      setAttribute(box, 'aria-label', told.caption);
      rebuild(table, told, () => [
        h('thead', {}, h('tr', {}, ...told.heads.map((head) => h('th', { scope: 'col' }, head)))),
        h(
          'tbody',
          {},
          ...told.rows.map(([head, ...cells]) =>
            h(
              'tr',
              {},
              h('th', { scope: 'row' }, head?.text ?? ''),
              ...cells.map(({ text }) => h('td', {}, text)),
            ),
          ),
        ),
      ]);
    },
  };
}
