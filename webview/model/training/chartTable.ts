import type { ChartLine, ChartView } from './chartView';
import { thinned } from './lines';

/** A chart's numbers: a row a step, a column for each line that stands out. */
export interface ChartTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Whether there are more steps than rows. */
  readonly isThinned: boolean;
}

/** Rows that a table has at most, beside those with marks: more are for a file. */
const mostRows = 50;

/** The table of a chart: every step that has a mark, and some of the others where there are many. */
export function chartTable({ lines, format }: ChartView): ChartTable {
  // Lines first: in the picture, marks are drawn over them.
  const strong = lines
    .filter(({ isFaint }) => !isFaint)
    .sort((a, b) => Number(a.drawn === 'marks') - Number(b.drawn === 'marks'));
  const stepsOf = (some: readonly ChartLine[]): number[] => [
    ...new Set(some.flatMap(({ line }) => line.map(({ x }) => x))),
  ];
  const all = stepsOf(strong).sort((a, b) => a - b);
  const marked = stepsOf(strong.filter(({ drawn }) => drawn !== 'line'));
  const steps = [...new Set([...marked, ...thinned(all, mostRows)])].sort((a, b) => a - b);
  const columns = strong.map(({ line, spread, label }) => ({
    ...{ label, values: new Map(line.map(({ x, y }) => [x, y])) },
    low: new Map(spread?.low.map(({ x, y }) => [x, y])),
    high: new Map(spread?.high.map(({ x, y }) => [x, y])),
  }));
  return {
    columns: ['Step', ...columns.map(({ label }) => label)],
    rows: steps.map((step) => [
      String(step),
      ...columns.map(({ values, low, high }) => {
        const [value, least, most] = [values.get(step), low.get(step), high.get(step)];
        if (value === undefined) return '–';
        if (least === undefined || most === undefined) return format(value);
        return `${format(value)} (${format(least)} to ${format(most)})`;
      }),
    ]),
    isThinned: steps.length < all.length,
  };
}
