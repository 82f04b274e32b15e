import { BarController, BarElement, CategoryScale, Chart, LinearScale, Tooltip } from 'chart.js';
import { marksPlugin } from './chartMarks';
import { onThemeChange, readColors } from './theme';

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Tooltip);

export interface LayerBar {
  readonly layer: number;
  readonly value: number;
  readonly error: number | undefined;
  /** Undefined until there is a plan. */
  readonly kept: boolean | undefined;
  /** What the tooltip says under the layer's number. */
  readonly hint: readonly string[];
}
export interface LayerBars {
  readonly bars: readonly LayerBar[];
  readonly axisTitle: string;
  readonly axisTop: number;
  readonly format: (value: number) => string;
}
export interface LayerChart {
  draw(bars: LayerBars): void;
}

/** A bar a layer. Nothing is animated: the numbers change with each batch, and a bar that moves cannot be read. */
export function layerChart(canvas: HTMLCanvasElement): LayerChart {
  let colors = readColors();
  let shown: LayerBars = { bars: [], axisTitle: '', axisTop: 1, format: String };
  const chart = new Chart<'bar', number[], string>(canvas, {
    type: 'bar',
    data: {
      labels: [],
      datasets: [{ data: [], categoryPercentage: 0.9, barPercentage: 0.85 }],
    },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      interaction: { mode: 'index', intersect: false },
      layout: { padding: { top: 8 } },
      plugins: {
        tooltip: {
          displayColors: false,
          callbacks: {
            title: (items) => `Layer ${items[0]?.label ?? ''}`,
            label: (item) => [...(shown.bars[item.dataIndex]?.hint ?? [])],
          },
        },
      },
    },
    plugins: [
      marksPlugin(() => ({
        errors: shown.bars.map((bar) => bar.error),
        kept: shown.bars.map((bar) => bar.kept === true),
        colors,
      })),
    ],
  });

  const draw = (bars: LayerBars): void => {
    shown = bars;
    const data = chart.data.datasets[0];
    if (!data) return;
    const fill = bars.bars.map((bar) => (bar.kept === false ? colors.other : colors.kept));
    const edge = bars.bars.map((bar) => (bar.kept === false ? colors.otherEdge : colors.kept));
    chart.data.labels = bars.bars.map((bar) => String(bar.layer));
    data.data = bars.bars.map((bar) => bar.value);
    data.backgroundColor = data.hoverBackgroundColor = fill;
    data.borderColor = data.hoverBorderColor = edge;
    data.borderWidth = bars.bars.map((bar) => (bar.kept === false ? 1 : 0));
    chart.options.scales = scales(bars);
    Object.assign(chart.options.plugins?.tooltip ?? {}, {
      backgroundColor: colors.background,
      borderColor: colors.edge,
      borderWidth: 1,
      cornerRadius: 3,
      titleColor: colors.text,
      bodyColor: colors.text,
      titleFont: font(),
      bodyFont: font(),
    });
    chart.update('none');
  };

  const font = () => ({ family: colors.fontFamily, size: colors.fontSize });
  const scales = (bars: LayerBars) => ({
    x: {
      title: { display: true, text: 'Layer', color: colors.text, font: font() },
      grid: { display: false },
      border: { color: colors.grid },
      ticks: { color: colors.text, font: font(), maxRotation: 0, autoSkipPadding: 6, padding: 8 },
    },
    y: {
      min: 0,
      max: bars.axisTop,
      title: { display: true, text: bars.axisTitle, color: colors.text, font: font() },
      grid: { color: colors.grid },
      border: { display: false },
      ticks: {
        color: colors.text,
        font: font(),
        maxTicksLimit: 6,
        callback: (value: string | number) => bars.format(Number(value)),
      },
      // A fixed width: labels of changing length would push the bars sideways.
      afterFit: (axis: { width: number }) => {
        axis.width = colors.fontSize * 5;
      },
    },
  });

  onThemeChange(() => {
    colors = readColors();
    draw(shown);
  });
  return { draw };
}
