import type { DraftChange } from '../../src/shared/draft';
import type { PageAction, Steering } from '../../src/shared/webviewProtocol';
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
  /** Asks something of the search that is shown; what comes of it arrives as a new outlook. */
  steer(steering: Steering): void;
  /** Asks for a change of the plan; what comes of it arrives as a new draft. @returns the number by which it is answered */
  change(change: DraftChange): number;
  /** To the clipboard; `what` is named within the sentence that it was copied: "the trials". */
  copy(text: string, what: string): void;
  /** @param png a data URL */
  savePicture(name: string, png: string): void;
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
