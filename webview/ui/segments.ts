import { h, setAttribute } from '../dom';

/** One of several that are seen all at once. */
export interface Segment<Id extends string> {
  readonly id: Id;
  readonly title: string;
}
export interface SegmentsControl<Id extends string> {
  readonly element: HTMLElement;
  set(chosen: Id): void;
}

/** A choice of one of a few, by the ARIA pattern of a radio group: arrow keys choose the next one, Tab leaves. */
export function segments<Id extends string>(
  label: string,
  all: readonly Segment<Id>[],
  choose: (id: Id) => void,
): SegmentsControl<Id> {
  const buttons = all.map(({ id, title }) => {
    const element = h('button', { type: 'button', role: 'radio', class: 'segment', 'data-id': id }, title);
    element.addEventListener('click', () => choose(id));
    return { id, element };
  });
  const element = h(
    'div',
    { class: 'segments', role: 'radiogroup', 'aria-label': label },
    ...buttons.map((button) => button.element),
  );
  element.addEventListener('keydown', (event) => {
    const by = steps[event.key];
    const at = buttons.findIndex((button) => button.element === document.activeElement);
    if (by === undefined || at < 0) return;
    event.preventDefault();
    const next = buttons[(at + by + buttons.length) % buttons.length];
    next?.element.focus();
    if (next) choose(next.id);
  });
  return {
    element,
    set: (chosen) => {
      for (const button of buttons) {
        setAttribute(button.element, 'aria-checked', String(button.id === chosen));
        setAttribute(button.element, 'tabindex', button.id === chosen ? '0' : '-1');
      }
    },
  };
}

const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
