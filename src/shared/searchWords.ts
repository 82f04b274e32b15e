import { formatShare } from './format';

/** "rank 8, 25 % of layers": a point of a search, for people. */
export const pointWords = (point: Readonly<Record<string, number>>): string =>
  Object.entries(point)
    .map(([name, value]) =>
      name === 'layers' ? `${Number((100 * value).toFixed(1))} % of layers` : `${name} ${value}`,
    )
    .join(', ');

/** A value of a search's metric: accuracy in percent, a loss as it is. */
export const metricWords = (metric: string, value: number): string =>
  metric === 'accuracy' ? formatShare(value) : value.toFixed(4);
