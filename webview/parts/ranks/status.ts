import { h, rebuild, setText, show } from '../../dom';
import { searchControls } from '../../model/ranks/controls';
import { searchSentences } from '../../model/ranks/trials';
import type { PageView } from '../../model/view';
import { button } from '../../ui/toolkit';
import { section, type Deeds, type Part } from '../part';
import { addForm } from './addForm';

export interface SearchStatus extends Part {
  /** A point that somebody clicked, for the form where it is open. */
  offer(point: Readonly<Record<string, number>>): void;
}

/** Where a search is, the best so far, and the buttons that hold it back, stop it and ask it for a trial. */
export function searchStatus(deeds: Deeds): SearchStatus {
  let latest: PageView | undefined;
  const words = h('div', { class: 'search-words' });
  const pause = button('Pause', () => {
    if (latest === undefined) return;
    const { steering } = searchControls(latest).pause;
    if (steering === undefined) deeds.act('resume');
    else deeds.steer(steering);
  });
  const stop = button('Stop', () => deeds.act('stop'));
  const add = button('Add Trial …', () => form.open());
  const form = addForm(deeds, () => add.element.focus());
  const told = h('ul', { class: 'told' });
  const reasons = h('p', { class: 'quiet' });
  const row = h('div', { class: 'row' }, pause.element, stop.element, add.element);
  const element = section(
    'Rank search',
    'search',
    words,
    row,
    reasons,
    h('div', { role: 'status' }, told),
    form.element,
  );
  return {
    element,
    offer: (point) => form.offer(point),
    update: (view) => {
      latest = view;
      const sentences = searchSentences(view.run);
      rebuild(words, sentences, () =>
        sentences.map((text, index) => h('p', index === 0 ? { class: 'quiet' } : {}, text)),
      );
      const controls = searchControls(view);
      pause.setLabel(controls.pause.label);
      pause.setReason(controls.pause.reason);
      pause.setPrimary(controls.pause.isNext);
      stop.setReason(controls.stop.reason);
      add.setReason(controls.add.reason);
      // A disabled button takes no focus: the sentences say to everybody what its tooltip says to the mouse.
      const said = view.trusted ? [controls.pause.reason, controls.add.reason] : [];
      const spoken = [...new Set(said.filter((reason) => reason !== undefined))];
      setText(reasons, spoken.join(' '));
      show(reasons, spoken.length > 0);
      show(told, controls.told.length > 0);
      rebuild(told, controls.told, () => controls.told.map((text) => h('li', {}, text)));
      form.update(view);
    },
  };
}
