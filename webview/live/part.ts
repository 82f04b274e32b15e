import type { PageAction, Steering } from '../../src/shared/webviewProtocol';
import { h, uniqueId } from '../dom';
import type { LiveView } from '../model/live';

/** One piece of the side bar's page: made once, then patched with every new view. */
export interface LivePart {
  readonly element: HTMLElement;
  update(view: LiveView): void;
}

/** What a part may cause. */
export interface LiveDeeds {
  act(action: PageAction): void;
  steer(steering: Steering): void;
}

/** A titled section, a landmark by its heading. @returns where words beside the title go, too */
export function liveSection(
  title: string,
  ...children: Node[]
): { readonly element: HTMLElement; readonly beside: HTMLElement } {
  const id = uniqueId('live');
  const beside = h('span', { class: 'quiet beside' });
  const element = h(
    'section',
    { 'aria-labelledby': id },
    h('div', { class: 'title-line' }, h('h2', { id }, title), beside),
    ...children,
  );
  return { element, beside };
}
