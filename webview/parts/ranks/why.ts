import { h, rebuild, setText, show } from '../../dom';
import { searchChosenIn } from '../../model/ranks/searchChoices';
import { whyView } from '../../model/ranks/why';
import { section, type Part } from '../part';

/** Why the chosen trial was tried, and what comes next, in sentences. */
export function why(): Part {
  const sentences = h('div');
  const next = h('div');
  const nextTitle = h('h3', {}, 'What comes next');
  const element = section('Why this rank', 'why', sentences, nextTitle, next);
  const title = element.querySelector('h2');
  return {
    element,
    update: (page) => {
      const { run, outlook } = page;
      const view = outlook && whyView(outlook, run, searchChosenIn(page).trial);
      show(element, view !== undefined);
      if (view === undefined) return;
      if (title) setText(title, view.title);
      rebuild(sentences, view.sentences, () => view.sentences.map((text) => h('p', {}, text)));
      show(nextTitle, view.next.length > 0);
      rebuild(next, view.next, () => view.next.map((text) => h('p', {}, text)));
    },
  };
}
