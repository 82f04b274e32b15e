import type { Draft } from '../../../src/shared/draft';
import { h } from '../../dom';
import { changeWords } from '../../model/budget/draftWords';
import { historyKey } from '../../model/map/keys';
import type { PageView } from '../../model/view';
import { layers } from '../layers';
import type { Deeds, Part } from '../part';
import { plan } from '../plan';
import { stability } from '../stability';
import { allocation } from './allocation';
import { grid } from './grid';

/** The Allocation Map: the layers' scores, the grid that is edited, its budget, and what the plan comes to. */
export function map(deeds: Deeds): Part {
  const live = h('p', { class: 'sr-only', role: 'status' });
  const say = (sentence: string): void => {
    // The same sentence again, for the same key pressed again, is news.
    live.textContent = live.textContent === sentence ? `${sentence} ` : sentence;
  };
  const gridPart = grid(deeds, say);
  const layersPart = layers(deeds, gridPart.selectLayer);
  const allocationPart = allocation(deeds);
  const beside = [plan(), stability()];
  const parts = [layersPart, allocationPart, gridPart, ...beside];
  const element = h(
    'div',
    {},
    layersPart.element,
    h(
      'div',
      { class: 'columns' },
      allocationPart.element,
      gridPart.element,
      h('div', { class: 'details' }, ...beside.map((part) => part.element)),
    ),
    live,
  );
  let draft: Draft | undefined;
  let run = '';

  element.addEventListener('keydown', (event) => {
    const change = historyKey(event);
    if (!change || !draft || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    // VS Code would take back on its own, once more.
    event.stopPropagation();
    // Also where this draft has nothing to take back: a change that can be taken back may be on its way.
    if (draft.readOnly === undefined) deeds.change({ change });
    else say(draft.readOnly);
  });
  return {
    element,
    update: (view: PageView) => {
      parts.forEach((part) => part.update(view));
      if (view.draft && view.draft !== draft && run === view.heading.run) {
        const words = changeWords(draft, view.draft, view.run.modules);
        if (words !== '') say(words);
      }
      draft = view.draft;
      run = view.heading.run;
    },
  };
}
