import { valueAt } from '../../model/map/scale';
import { colorScale } from '../map/colorScale';
import type { GridLegend } from '../map/gridLegend';

const steps = [-1, -0.5, 0, 0.5, 1];

/** Five steps from the most that is less to the most that is more, with their values. */
export function differenceLegend(): GridLegend {
  const scale = colorScale('difference-scale');
  return {
    element: scale.element,
    update: ({ quantity, max, unit }, paint) => {
      const texts = steps.map((step) => {
        const value = Math.sign(step) * valueAt(quantity, Math.abs(step), max);
        // Halves of a rank do not exist.
        return quantity === 'score' || max >= 8 || Number.isInteger(value) ? unit.text(value) : '';
      });
      scale.update(texts, steps.map(paint), max === 0);
    },
  };
}
