import { h, show } from '../../dom';
import type { GridSheet } from '../../model/map/gridSheet';
import { isInside, only } from '../../model/map/selection';
import type { CellInput } from './cellInput';
import type { CellTip } from './cellTip';
import { browseGrid } from './gridBrowse';
import type { GridTable } from './gridTable';

/** Keys, pointer, focus and clipboard of the grid that is edited. @param refuse says why nothing can be changed */
export function controlGrid(
  sheet: GridSheet,
  grid: GridTable,
  tip: CellTip,
  input: CellInput,
  refuse: () => void,
): void {
  /** Where the cells show something else than what is changed, the tip shows that. */
  const tell = (): void => {
    const place = sheet.selection?.focus;
    const cell = place && grid.cellAt(place);
    if (cell && sheet.shown?.grid.quantity !== sheet.edited) tip.show(cell, place);
    else tip.hide();
  };
  const type = (text: string | undefined): void => {
    if (!sheet.isEditable) return refuse();
    const place = sheet.selection?.focus;
    const cell = place && grid.cellAt(place);
    const question = sheet.ask();
    if (!cell || !question) return;
    tip.hide();
    input.open({
      cell,
      title: question.title,
      text: text ?? String(question.value),
      isTyped: text !== undefined,
      take: question.write,
    });
  };

  let by = 0;
  browseGrid(sheet, grid, tip, {
    get isWriting() {
      return input.isOpen;
    },
    follow: () => input.follow(),
    execute: (command) => {
      if (command.command === 'type') type(command.text);
      else if (sheet.isEditable) {
        sheet.execute(command);
        tell();
      } else refuse();
    },
    isHandle: (place) => sheet.isEditable && isInside(sheet.selection, place),
    tryStep: (steps) => {
      by = steps;
      sheet.tryStep(steps);
      tell();
    },
    endStep: (keep) => {
      sheet.endStep(keep ? by : 0);
      by = 0;
    },
    type: (place) => {
      if (!isInside(sheet.selection, place)) sheet.select(only(place));
      type(undefined);
    },
  });
}

/** The signs of the cells in words; colors have a legend of their own. */
export function signsLegend(): { readonly element: HTMLElement; update(locks: boolean): void } {
  const locked = h('li', {}, h('span', { class: 'sign locked' }), ' locked: allocators leave it alone');
  const element = h(
    'ul',
    { class: 'signs quiet', 'aria-hidden': 'true' },
    h('li', {}, h('span', { class: 'sign kept' }, '▲'), ' kept by the plan'),
    locked,
    h('li', {}, h('span', { class: 'sign changed' }), ' changed since the run'),
  );
  return { element, update: (locks) => show(locked, locks) };
}
