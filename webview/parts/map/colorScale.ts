import { h, rebuild, setAttribute } from '../../dom';
import type { Paint } from '../../model/map/palette';

export interface ColorScale {
  readonly element: HTMLElement;
  /** @param texts what each step stands for; empty where it has no number @param paints their colors */
  update(texts: readonly string[], paints: readonly Paint[], isEmpty: boolean): void;
}

/** The steps of a scale of colors side by side. It keeps its place while it is empty, so that the first values move nothing. */
export function colorScale(className = ''): ColorScale {
  const element = h('div', { class: `scale ${className}`.trim(), role: 'img' });
  return {
    element,
    update: (texts, paints, isEmpty) => {
      element.classList.toggle('unseen', isEmpty);
      setAttribute(element, 'aria-label', `Color scale from ${texts[0] ?? ''} to ${texts.at(-1) ?? ''}`);
      rebuild(element, [texts, paints], () =>
        texts.map((text, index) => {
          const step = h('span', { class: 'step' }, text);
          step.style.backgroundColor = paints[index]?.background ?? '';
          step.style.color = paints[index]?.ink ?? '';
          return step;
        }),
      );
    },
  };
}
