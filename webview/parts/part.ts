import type { PageAction } from '../../src/shared/webviewProtocol';
import { h, uniqueId } from '../dom';
import type { Choices } from '../model/choices';
import type { PageView } from '../model/view';

/** One piece of the page: made once, then patched with every new view. */
export interface Part {
  readonly element: HTMLElement;
  update(view: PageView): void;
}

/** What a part may cause. */
export interface Deeds {
  act(action: PageAction): void;
  choose(choices: Partial<Choices>): void;
}

/** A titled section, a landmark by its heading. */
export function section(title: string, className: string, ...children: Node[]): HTMLElement {
  const id = uniqueId('section');
  return h(
    'section',
    { class: className, 'aria-labelledby': id },
    h('h2', { id, tabindex: '-1' }, title),
    ...children,
  );
}

/** A box that scrolls by itself; it takes the focus so that arrow keys can scroll it. */
export const scroller = (label: string, ...children: Node[]): HTMLElement =>
  h('div', { class: 'scroller', role: 'region', 'aria-label': label, tabindex: '0' }, ...children);
