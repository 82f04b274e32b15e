import { Interaction, type InteractionItem, type InteractionModeFunction } from 'chart.js';
import { getRelativePosition } from 'chart.js/helpers';

declare module 'chart.js' {
  interface InteractionModeMap {
    stops: InteractionModeFunction;
  }
}

/**
 * The nearest point of a chart's first data set, by x or by both axes; chart.js's own modes also find the points of lines,
 * which lie between.
 */
Interaction.modes.stops = (chart, event, { axis = 'x' }): InteractionItem[] => {
  const { x, y } = getRelativePosition(event, chart);
  const far = ({ element }: InteractionItem): number =>
    Math.hypot(element.x - x, axis === 'x' ? 0 : element.y - y);
  const items = chart
    .getDatasetMeta(0)
    .data.map((element, index): InteractionItem => ({ element, datasetIndex: 0, index }));
  const [first, ...others] = items;
  if (first === undefined) return [];
  return [others.reduce((nearest, item) => (far(item) < far(nearest) ? item : nearest), first)];
};
