import type { Line, Spread } from './lines';
import type { Series } from './series';

/** One line of a chart over steps. */
export interface ChartLine {
  readonly label: string;
  readonly line: Line;
  /** What it is the mean of spans this. */
  readonly spread: Spread | undefined;
  readonly color: number;
  readonly shape: number;
  readonly dash: number;
  readonly isFaint: boolean;
  readonly isThick: boolean;
  /** A line, a line with a mark on each of its points, or marks alone. */
  readonly drawn: 'line' | 'marked' | 'marks';
  /** From one value to the next at once, as ranks do. */
  readonly isStepped?: boolean;
}

/** A chart over steps: all that its picture, its table and its words are made from. */
export interface ChartView {
  readonly id: string;
  readonly title: string;
  /** What is drawn how, where that is not plain. */
  readonly note: string | undefined;
  readonly lines: readonly ChartLine[];
  /** The last step of the training. */
  readonly steps: number;
  /** As the axis and the table print it. */
  readonly format: (value: number) => string;
  /** A level to compare with. */
  readonly reference?: { readonly value: number; readonly label: string } | undefined;
  /** A step that is looked at. */
  readonly marker?: number | undefined;
  /** Its lines are others than those of the charts beside it, and have a legend of their own. */
  readonly hasKey?: boolean;
  /** Grid lines are so far apart at least, or a multiple of it. */
  readonly finest?: number;
}

/** A series's line in a chart. */
export const chartLine = (
  { label, trials, color, shape, dash, look }: Series,
  drawn: ChartLine['drawn'],
  { line, spread }: { readonly line: Line; readonly spread: Spread | undefined },
): ChartLine => ({
  ...{ label, line, spread: look === 'faint' ? undefined : spread, color, shape, dash, drawn },
  ...{ isFaint: look === 'faint', isThick: look !== 'faint' && trials.length > 1 },
});

/** The chart in words, for who does not see it. */
export function chartWords({ title, lines, format }: ChartView): string {
  const strong = lines.filter(({ isFaint }) => !isFaint);
  const faint = lines.length - strong.length;
  const said = strong.flatMap(({ label, line }) => {
    const [first, last] = [line[0], line.at(-1)];
    if (first === undefined || last === undefined) return [];
    const from = first === last ? '' : ` from ${format(first.y)} at step ${first.x}`;
    return [`${label}${from}${first === last ? '' : ' to'} ${format(last.y)} at step ${last.x}`];
  });
  const others = faint === 0 ? '' : ` ${faint} more are drawn faintly.`;
  return `${title}: ${said.length === 0 ? 'nothing yet' : said.join('; ')}.${others} The table has the numbers.`;
}
