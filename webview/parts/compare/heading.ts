import type { ComparingDeed } from '../../../src/shared/comparison';
import { commands } from '../../../src/shared/ids';
import { h, setAttribute, setText, show } from '../../dom';
import { plainButton } from '../../ui/plainButton';
import { button } from '../../ui/toolkit';
import type { CompareDeeds, ComparePart } from './part';

/** Both titles, each a link that opens what it is of, what differs in a sentence, and the way to other sides. */
export function heading(deeds: CompareDeeds): ComparePart {
  const sides = [side('Left', 'openLeft', deeds), side('Right', 'openRight', deeds)] as const;
  const swap = button('Swap sides', () => deeds.do('swap'));
  const other = button(commands['adapterLab.compare'], () => deeds.do('chooseRight'));
  swap.element.classList.add('swap-sides');
  other.element.classList.add('choose-right');
  other.setReason(undefined, 'Puts another plan on the right.');
  const sentence = h('p', { class: 'message sentence' });
  const verdict = h('p', { class: 'verdict' });
  const element = h(
    'header',
    { class: 'compare-head' },
    h(
      'div',
      { class: 'title-line' },
      h('h1', {}, 'Compare'),
      h('span', { class: 'opens' }, swap.element, other.element),
    ),
    h('dl', { class: 'sides' }, ...sides.map((one) => one.element)),
    sentence,
    verdict,
  );
  return {
    element,
    update: ({ page: { titles, comparison } }) => {
      sides[0].update(titles[0], comparison?.left.source);
      sides[1].update(titles[1], comparison?.right.source);
      setText(sentence, comparison?.sentence ?? '');
      show(sentence, comparison !== undefined);
      setText(verdict, comparison?.verdict ?? '');
      show(verdict, comparison?.verdict !== undefined);
      // What is wrong has a button of its own.
      show(other.element, comparison !== undefined);
    },
  };
}

function side(name: 'Left' | 'Right', deed: ComparingDeed, deeds: CompareDeeds) {
  const link = plainButton('', () => deeds.do(deed), 'link');
  const source = h('span', { class: 'quiet source' });
  link.element.classList.add(`open-${name.toLowerCase()}`);
  return {
    element: h('div', { class: 'side' }, h('dt', {}, name), h('dd', {}, link.element, source)),
    update: (title: string, from: string | undefined) => {
      link.setLabel(title);
      setAttribute(link.element, 'aria-label', `Open the ${name.toLowerCase()} one: ${title}`);
      setText(source, from ?? '');
    },
  };
}
