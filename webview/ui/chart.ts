import { BarController, BarElement, CategoryScale, Chart, LinearScale, Tooltip } from 'chart.js';
import { marksPlugin } from './chartMarks';
import { titled } from './picture';
import { onThemeChange, readColors, type ChartColors } from './theme';

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Tooltip);

export interface LayerBar {
  readonly layer: number;
  readonly value: number;
  readonly interval: readonly [low: number, high: number] | undefined;
  /** Undefined until there is a plan. */
  readonly kept: boolean | undefined;
  /** What the tooltip says under the layer's number. */
  readonly hint: readonly string[];
}
export interface LayerBars {
  readonly bars: readonly LayerBar[];
  readonly axisTitle: string;
  readonly axisTop: number;
  /** Where a dashed line parts kept layers from the others; undefined where none does. */
  readonly line: number | undefined;
  readonly format: (value: number) => string;
}
export interface LayerChart {
  draw(bars: LayerBars): void;
}
const noBars: LayerBars = { bars: [], axisTitle: '', axisTop: 1, line: undefined, format: String };

/**
 * A bar a layer. Nothing is animated: the numbers change with each batch, and a bar that moves cannot be read.
 *
 * @param pick is called with the place of a bar that was clicked
 */
export function layerChart(canvas: HTMLCanvasElement, pick: (index: number) => void): LayerChart {
  let colors = readColors();
  let shown = noBars;
  let drawn = '';
  const chart = chartOn(canvas, () => ({ bars: shown, colors }));
  chart.options.onClick = (_, elements) => {
    const [element] = elements;
    if (element) pick(element.index);
  };
  chart.options.onHover = (_, elements) => {
    canvas.style.cursor = elements.length > 0 ? 'pointer' : '';
  };
  const draw = (bars: LayerBars): void => {
    shown = bars;
    // What is under the chart changes more often than the chart does.
    const key = JSON.stringify([bars, colors]);
    if (key === drawn) return;
    drawn = key;
    show(chart, bars, colors);
  };
  onThemeChange(() => {
    colors = readColors();
    draw(shown);
  });
  return { draw };
}

function chartOn(
  canvas: HTMLCanvasElement,
  read: () => { bars: LayerBars; colors: ChartColors },
  responsive = true,
): Chart<'bar', number[], string> {
  return new Chart<'bar', number[], string>(canvas, {
    type: 'bar',
    data: {
      labels: [],
      datasets: [{ data: [], categoryPercentage: 0.9, barPercentage: 0.85 }],
    },
    options: {
      animation: false,
      responsive,
      maintainAspectRatio: false,
      ...(responsive ? {} : { devicePixelRatio: 2 }),
      interaction: { mode: 'index', intersect: false },
      layout: { padding: { top: 8 } },
      plugins: {
        // The chart of losses registers legends for all; a single series needs none.
        legend: { display: false },
        tooltip: {
          displayColors: false,
          callbacks: {
            title: (items) => `Layer ${items[0]?.label ?? ''}`,
            label: (item) => [...(read().bars.bars[item.dataIndex]?.hint ?? [])],
          },
        },
      },
    },
    plugins: [
      marksPlugin(() => ({
        intervals: read().bars.bars.map((bar) => bar.interval),
        kept: read().bars.bars.map((bar) => bar.kept === true),
        line: read().bars.line,
        colors: read().colors,
      })),
    ],
  });
}

function show(
  chart: Chart<'bar', number[], string>,
  { bars, ...axis }: LayerBars,
  colors: ChartColors,
): void {
  const data = chart.data.datasets[0];
  if (!data) return;
  const font = { family: colors.fontFamily, size: colors.fontSize };
  const fill = bars.map((bar) => (bar.kept === false ? colors.other : colors.kept));
  const edge = bars.map((bar) => (bar.kept === false ? colors.otherEdge : colors.kept));
  chart.data.labels = bars.map((bar) => String(bar.layer));
  data.data = bars.map((bar) => bar.value);
  data.backgroundColor = data.hoverBackgroundColor = fill;
  data.borderColor = data.hoverBorderColor = edge;
  data.borderWidth = bars.map((bar) => (bar.kept === false ? 1 : 0));
  chart.options.scales = scales(axis, colors);
  Object.assign(chart.options.plugins?.tooltip ?? {}, {
    backgroundColor: colors.background,
    borderColor: colors.edge,
    borderWidth: 1,
    cornerRadius: 3,
    titleColor: colors.text,
    bodyColor: colors.text,
    titleFont: font,
    bodyFont: font,
  });
  chart.update('none');
}

function scales(axis: Omit<LayerBars, 'bars'>, colors: ChartColors) {
  const font = { family: colors.fontFamily, size: colors.fontSize };
  return {
    x: {
      title: { display: true, text: 'Layer', color: colors.text, font },
      grid: { display: false },
      border: { color: colors.grid },
      ticks: { color: colors.text, font, maxRotation: 0, autoSkipPadding: 6, padding: 8 },
    },
    y: {
      min: 0,
      max: axis.axisTop,
      title: { display: true, text: axis.axisTitle, color: colors.text, font },
      grid: { color: colors.grid },
      border: { display: false },
      ticks: {
        color: colors.text,
        font,
        maxTicksLimit: 6,
        callback: (value: string | number) => axis.format(Number(value)),
      },
      // A fixed width: labels of changing length would push the bars sideways.
      afterFit: (scale: { width: number }) => {
        scale.width = colors.fontSize * 5;
      },
    },
  };
}

/**
 * The same chart as a data URL of a PNG. It is drawn beside the page, as wide as its layers need: a picture must not depend on
 * the window.
 */
export function layerPicture(title: string, bars: LayerBars): string {
  const colors = readColors();
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(640, Math.min(2000, 80 + 14 * bars.bars.length));
  canvas.height = 320;
  const chart = chartOn(canvas, () => ({ bars, colors }), false);
  show(chart, bars, colors);
  const png = titled(canvas, title, colors);
  chart.destroy();
  return png;
}
