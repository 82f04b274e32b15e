import type { ChartDataset } from 'chart.js';
import type { MarkKind, Plot, PlotMark } from '../model/ranks/plot';
import { shapes } from './shapes';
import type { ChartColors } from './theme';

export interface PlotPoint {
  readonly x: number;
  readonly y: number;
}

interface Look {
  /** Index into `shapes`. */
  readonly shape: number;
  readonly isHollow: boolean;
}

/** How marks are drawn: each kind has a shape of its own, since print and high contrast have one color. */
export const looks: Readonly<Record<MarkKind, Look>> = {
  best: { shape: 3, isHollow: false },
  done: { shape: 0, isHollow: false },
  pruned: { shape: 1, isHollow: true },
  failed: { shape: 5, isHollow: true },
  running: { shape: 0, isHollow: true },
  asked: { shape: 2, isHollow: true },
};

const radius = { plain: 4.5, best: 6.5, faint: 3 };

/** A plot as chart.js's data: the stops first, which are seen by the pointer alone. */
export function plotData(plot: Plot, colors: ChartColors): ChartDataset<'line', PlotPoint[]>[] {
  const { band, bars, lines, marks, stops } = plot;
  // A chart's first upright axis would be the bars'.
  const quiet = { yAxisID: 'y', pointRadius: 0, pointHitRadius: 0, pointHoverRadius: 0 };
  const edge = { ...quiet, borderColor: colors.kept, borderWidth: 1, borderDash: [2, 3], order: 4 };
  return [
    { data: stops.map(({ x, y }) => ({ x, y })), showLine: false, ...quiet, order: 0 },
    { data: band.map(({ x, high }) => ({ x, y: high })), ...edge, fill: '+1', backgroundColor: colors.band },
    { data: band.map(({ x, low }) => ({ x, y: low })), ...edge },
    ...lines.map(({ points, isStepped }) => ({
      ...{ data: [...points], ...quiet, order: 3, stepped: isStepped },
      ...{ borderColor: colors.kept, borderWidth: 1.5 },
    })),
    marksOf(marks, colors),
    ...(bars === undefined ? [] : [barsOf(bars.points, colors)]),
  ];
}

function marksOf(marks: readonly PlotMark[], colors: ChartColors): ChartDataset<'line', PlotPoint[]> {
  const edgeOf = ({ isFaint }: PlotMark): string => (isFaint ? colors.otherEdge : colors.text);
  const fillOf = (mark: PlotMark): string =>
    looks[mark.kind].isHollow ? colors.ground : mark.isFaint ? colors.other : colors.kept;
  return {
    ...{ data: marks.map(({ x, y }) => ({ x, y })), showLine: false, order: 2 },
    ...{ yAxisID: 'y', pointHitRadius: 0, clip: false as const },
    pointStyle: marks.map(({ kind }) => shapes[looks[kind].shape]?.chart ?? 'circle'),
    pointRadius: marks.map(({ kind, isFaint }) =>
      isFaint ? radius.faint : kind === 'best' ? radius.best : radius.plain,
    ),
    pointHoverRadius: marks.map(({ isFaint }) => (isFaint ? radius.faint : radius.plain)),
    pointBorderColor: marks.map(edgeOf),
    pointHoverBorderColor: marks.map(edgeOf),
    pointBackgroundColor: marks.map(fillOf),
    pointHoverBackgroundColor: marks.map(fillOf),
    pointBorderWidth: marks.map(({ kind }) => (kind === 'failed' ? 2.5 : 1.5)),
  };
}

const barsOf = (points: readonly PlotPoint[], colors: ChartColors): ChartDataset<'line', PlotPoint[]> =>
  ({
    ...{ type: 'bar', data: [...points], yAxisID: 'gain', order: 5 },
    ...{ backgroundColor: colors.other, borderColor: colors.otherEdge, borderWidth: 1 },
    ...{ hoverBackgroundColor: colors.other, hoverBorderColor: colors.otherEdge, barThickness: 12 },
    // A mixed chart's data sets are typed by the chart's own type.
  }) as unknown as ChartDataset<'line', PlotPoint[]>;
