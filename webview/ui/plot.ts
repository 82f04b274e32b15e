import {
  BarController,
  BarElement,
  Chart,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
  type ChartConfiguration,
} from 'chart.js';
import type { Plot, PlotAxis, PlotBars, PlotStop } from '../model/ranks/plot';
import { plotData, type PlotPoint } from './plotData';
import { plotMarks } from './plotMarks';
import './plotStops';
import { onThemeChange, readColors } from './theme';

Chart.register(
  BarController,
  BarElement,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
);

export interface PlotControl {
  draw(plot: Plot): void;
}

/** What a chart may cause. */
export interface PlotDeeds {
  /** Somebody clicked a stop, or pressed Enter on it. */
  readonly pick: (stop: PlotStop) => void;
  /** The arrow keys came to a stop: its words, to be read out. */
  readonly say: (words: string) => void;
}

/**
 * A chart of points and lines with a cross-hair that rests on its stops: the pointer's nearest one, or that of the arrow keys.
 * Nothing is animated: a line that moves cannot be read.
 *
 * @param canvas takes the focus
 */
export function plotChart(canvas: HTMLCanvasElement, deeds: PlotDeeds): PlotControl {
  let colors = readColors();
  let shown: Plot | undefined;
  let drawn = '';
  let focused: number | undefined;
  const config: ChartConfiguration<'line', PlotPoint[]> = {
    type: 'line',
    data: { datasets: [] },
    options: {
      ...{ animation: false, responsive: true, maintainAspectRatio: false, parsing: false },
      layout: { padding: { top: 16, right: 10 } },
      onClick: (_event, items) => {
        const stop = shown?.stops[items[0]?.datasetIndex === 0 ? items[0].index : -1];
        if (stop) deeds.pick(stop);
      },
      plugins: {
        legend: { display: false },
        tooltip: {
          displayColors: false,
          filter: ({ datasetIndex }) => datasetIndex === 0,
          callbacks: {
            title: (items) => shown?.stops[items[0]?.dataIndex ?? -1]?.title ?? '',
            label: ({ dataIndex }) => [...(shown?.stops[dataIndex]?.hint ?? [])],
          },
        },
      },
    },
    plugins: [plotMarks(() => shown && { plot: shown, colors })],
  };
  const chart = new Chart<'line', PlotPoint[]>(canvas, config);

  const font = () => ({ family: colors.fontFamily, size: colors.fontSize });
  const axis = ({ title, format, range, ticks }: PlotAxis) => ({
    type: 'linear' as const,
    ...(range === undefined ? {} : { min: range[0], max: range[1] }),
    title: { display: true, text: title, color: colors.text, font: font() },
    grid: { color: colors.grid },
    border: { display: false },
    ticks: {
      ...{ color: colors.text, font: font(), maxRotation: 0, maxTicksLimit: ticks === undefined ? 6 : 24 },
      callback: (value: string | number, index: number) => ticks?.[index]?.label ?? format(Number(value)),
    },
    ...(ticks === undefined
      ? {}
      : {
          afterBuildTicks: (built: { ticks: { value: number }[] }) => {
            built.ticks = ticks.map(({ at }) => ({ value: at }));
          },
        }),
  });
  // A fixed width: labels of changing length would push the points sideways.
  const upright = (one: PlotAxis) => ({
    ...axis(one),
    afterFit: (built: { width: number }) => {
      built.width = colors.fontSize * 7.4;
    },
  });
  const scales = ({ x, y, bars }: Plot) => ({
    x: { ...axis(x), grid: { display: false } },
    // From below, by weight, since the bars may come later: their small axis, then the values.
    ...(bars === undefined ? {} : { gain: barAxis(bars) }),
    y: { ...upright(y), grace: '8%', stack: 'plot', stackWeight: 3, weight: 1 },
  });
  // A tick at its top would lie over the lowest of the values, and the label of its 0 over that of the highest.
  const barAxis = ({ title, format, top }: PlotBars) => ({
    ...upright({
      ...{ title, format, range: [0, top] },
      ticks: [0, top / 2].map((at) => ({ at, label: at === 0 ? '' : format(at) })),
    }),
    ...{ stack: 'plot', stackWeight: 1, weight: 0 },
  });

  const draw = (plot: Plot): void => {
    if (plot === shown && drawn !== '') return;
    const key = JSON.stringify(plot);
    if (key === drawn) return;
    drawn = key;
    shown = plot;
    chart.data.datasets = plotData(plot, colors);
    chart.options.scales = scales(plot) as never;
    const interaction = { mode: 'stops', axis: plot.isFree ? 'xy' : 'x', intersect: false } as const;
    Object.assign(chart.options, { interaction, hover: interaction });
    Object.assign(chart.options.plugins?.tooltip ?? {}, {
      ...{ backgroundColor: colors.background, borderColor: colors.edge, borderWidth: 1, cornerRadius: 3 },
      ...{ titleColor: colors.text, bodyColor: colors.text, titleFont: font(), bodyFont: font() },
      ...interaction,
    });
    if (focused !== undefined && focused >= plot.stops.length) focused = undefined;
    chart.update('none');
    if (document.activeElement === canvas) rest(focused);
  };

  /** Puts the cross-hair and the words on a stop, or takes them away. */
  const rest = (index: number | undefined): void => {
    focused = index;
    const active = index === undefined ? [] : [{ datasetIndex: 0, index }];
    chart.setActiveElements(active);
    chart.tooltip?.setActiveElements(active, { x: 0, y: 0 });
    chart.update('none');
  };

  canvas.addEventListener('keydown', (event) => {
    const count = shown?.stops.length ?? 0;
    if (count === 0) return;
    const from = focused ?? -1;
    const to = { ArrowRight: from + 1, ArrowLeft: from < 0 ? count - 1 : from - 1, Home: 0, End: count - 1 }[
      event.key as 'ArrowRight'
    ];
    const stop = shown?.stops[to === undefined ? from : Math.min(count - 1, Math.max(0, to))];
    if (to !== undefined && stop) {
      rest(Math.min(count - 1, Math.max(0, to)));
      deeds.say([stop.title, ...stop.hint].join('. '));
    } else if ((event.key === 'Enter' || event.key === ' ') && stop) deeds.pick(stop);
    else return;
    event.preventDefault();
  });
  canvas.addEventListener('blur', () => rest(undefined));
  onThemeChange(() => {
    colors = readColors();
    drawn = '';
    if (shown) draw(shown);
  });
  return { draw };
}
