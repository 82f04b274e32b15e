import { h, rebuild } from '../dom';
import type { GridView } from '../model/grid';
import { mixPercent, valueAt } from '../model/scale';

const steps = [0, 0.25, 0.5, 0.75, 1];

export interface GridLegend {
  readonly element: HTMLElement;
  update(view: GridView): void;
}

/** Five steps of the color scale with their values: the scale is not straight for every quantity. */
export function gridLegend(): GridLegend {
  const element = h('div', { class: 'scale', role: 'img' });
  return {
    element,
    update: (view) => {
      // It keeps its place while it is empty, so that the first batch moves nothing.
      element.classList.toggle('unseen', view.max === 0);
      const texts = steps.map((step) => {
        const value = valueAt(view.quantity, step, view.max);
        // Halves of an expert do not exist; only the ends of a short scale do.
        const whole = view.quantity === 'score' || view.max >= 8 || Number.isInteger(value);
        return whole ? view.unit.text(value) : '';
      });
      element.setAttribute('aria-label', `Color scale from ${texts[0] ?? ''} to ${texts.at(-1) ?? ''}`);
      rebuild(element, texts, () =>
        texts.map((text, index) => {
          const step = h('span', { class: 'step' }, text);
          step.style.setProperty('--fill', mixPercent(steps[index] ?? 0));
          return step;
        }),
      );
    },
  };
}
