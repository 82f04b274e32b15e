import type { GridView } from '../../model/map/grid';
import type { Paint } from '../../model/map/palette';
import { valueAt } from '../../model/map/scale';
import { colorScale } from './colorScale';

const steps = [0, 0.25, 0.5, 0.75, 1];

export interface GridLegend {
  readonly element: HTMLElement;
  update(view: GridView, paint: (fill: number) => Paint): void;
}

/** Five steps of the color scale with their values: the scale is not straight for every quantity. */
export function gridLegend(): GridLegend {
  const scale = colorScale();
  return {
    element: scale.element,
    update: ({ quantity, max, unit }, paint) => {
      const isWhole = quantity !== 'score' && quantity !== 'norm';
      const texts = steps.map((step) => {
        const value = valueAt(quantity, step, max);
        // Halves of an expert do not exist; only the ends of a short scale do.
        return !isWhole || max >= 8 || Number.isInteger(value) ? unit.text(value) : '';
      });
      scale.update(texts, steps.map(paint), max === 0);
    },
  };
}
