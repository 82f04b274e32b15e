import { h, rebuild, setAttribute, show } from '../../dom';
import type { TrialRow, TrialsTable } from '../../model/ranks/trials';
import { scroller } from '../part';

export interface TrialTable {
  readonly element: HTMLElement;
  /** @param selected the number of the trial whose row stands out */
  set(table: TrialsTable, selected: number | undefined): void;
}

/**
 * A table with a row for each trial or point. The first cell of a row is a button where rows can be chosen, so that the keyboard
 * can; a click anywhere in the row does the same.
 */
export function trialTable(label: string, choose?: (trial: number) => void): TrialTable {
  const head = h('tr');
  const body = h('tbody');
  const table = h('table', { class: 'plain trials-table' }, h('thead', {}, head), body);
  const element = scroller(label, table);
  let numbers: readonly (number | undefined)[] = [];
  const fill = ({ cells: [first = '', ...others], number }: TrialRow): HTMLElement[] => {
    const isChosen = choose !== undefined && number !== undefined;
    return [
      h('th', { scope: 'row' }, isChosen ? h('button', { type: 'button', class: 'link' }, first) : first),
      ...others.map((text) => h('td', {}, text)),
    ];
  };
  body.addEventListener('click', ({ target }) => {
    const row = target instanceof Element ? target.closest('tr') : null;
    const number = row ? numbers[[...body.children].indexOf(row)] : undefined;
    if (number !== undefined) choose?.(number);
  });
  return {
    element,
    set: (shown, selected) => {
      show(element, shown.rows.length > 0);
      rebuild(head, shown.columns, () => shown.columns.map((title) => h('th', { scope: 'col' }, title)));
      numbers = shown.rows.map(({ number }) => number);
      while (body.childElementCount > shown.rows.length) body.lastElementChild?.remove();
      // Row by row: a search has hundreds of trials, of which one at a time changes.
      shown.rows.forEach((one, place) => {
        const row = (body.children[place] ?? body.appendChild(h('tr'))) as HTMLElement;
        rebuild(row, [one.number, ...one.cells], () => fill(one));
        row.classList.toggle('kept', one.best);
        const isSelected = one.number !== undefined && one.number === selected;
        row.classList.toggle('selected', isSelected);
        const button = row.querySelector('button');
        if (button) setAttribute(button, 'aria-pressed', String(isSelected));
      });
    },
  };
}
