import { Chart, LinearScale, LineController, LineElement, PointElement, Tooltip } from 'chart.js';
import { rangeOf } from '../model/axis';
import type { ChartLine, ChartView } from '../model/training/chartView';
import { thinned } from '../model/training/lines';
import { dashes, shapes } from './shapes';
import { stepMarks } from './stepChartMarks';
import { onThemeChange, readColors } from './theme';
import { inTurn } from './turns';

Chart.register(LinearScale, LineController, LineElement, PointElement, Tooltip);

export interface StepChart {
  /** Shows a view, in one of the next frames. */
  draw(view: ChartView): void;
  destroy(): void;
}

/** A page has several charts, which a live run changes all at once. */
const turns = inTurn((call) => requestAnimationFrame(() => call()));

/** Points of a line that are drawn: about one for every two pixels. */
const mostPoints = 400;

/** A chart over steps, without a legend of its own. Nothing is animated: a line that moves cannot be read. */
export function stepChart(canvas: HTMLCanvasElement): StepChart {
  let colors = readColors();
  let shown: ChartView = { id: '', title: '', note: undefined, lines: [], steps: 1, format: String };
  const chart = new Chart<'line', { x: number; y: number }[]>(canvas, {
    type: 'line',
    data: { datasets: [] },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      parsing: false,
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
    },
    plugins: [stepMarks(() => ({ view: shown, colors }))],
  });
  const font = () => ({ family: colors.fontFamily, size: colors.fontSize });
  const tick = () => ({ color: colors.text, font: font(), maxRotation: 0 });

  const dataset = (one: ChartLine, marksEnds: boolean) => {
    const points = [...thinned(one.line, mostPoints)];
    const color = one.isFaint ? colors.faint : (colors.series[one.color] ?? colors.kept);
    const marks = one.drawn === 'line' ? 0 : 3.5;
    // A line of one point would not be seen.
    const end = !one.isFaint && (marksEnds || points.length === 1) ? 3.5 : 0;
    return {
      label: one.label,
      data: points,
      borderColor: color,
      backgroundColor: colors.ground,
      borderWidth: one.isThick ? 2.5 : 1.5,
      borderDash: [...(dashes[one.dash] ?? [])],
      showLine: one.drawn !== 'marks',
      stepped: one.isStepped === true ? ('before' as const) : false,
      pointStyle: shapes[one.shape]?.chart ?? 'circle',
      pointRadius: points.map((_, index) => (index === points.length - 1 ? Math.max(marks, end) : marks)),
      pointBorderWidth: 1.5,
      pointHoverRadius: 4.5,
      // Marks on the edge are drawn whole; what is faint may run out of the picture.
      clip: one.isFaint ? 0 : 6,
    };
  };

  const draw = (): void => {
    const { lines, steps, format, reference, finest } = shown;
    const strong = lines.filter(({ isFaint }) => !isFaint);
    // Where shapes tell lines apart, a mark stands at the end of each; among other marks it would be taken for one of them.
    const marksEnds =
      new Set(strong.map(({ shape }) => shape)).size > 1 && lines.every(({ drawn }) => drawn === 'line');
    // The same objects as before: for others the chart would make anew all that it draws.
    const { datasets } = chart.data;
    datasets.length = Math.min(datasets.length, lines.length);
    lines.forEach((one, index) => {
      datasets[index] = Object.assign(datasets[index] ?? {}, dataset(one, marksEnds));
    });
    // What is faint may run far away, and must not press the others flat.
    const values = (strong.length > 0 ? strong : lines).flatMap(({ line, spread }) =>
      [line, spread?.low ?? [], spread?.high ?? []].flatMap((points) => points.map(({ y }) => y)),
    );
    const compared = reference === undefined ? values : [...values, reference.value];
    const range = rangeOf(compared, finest);
    chart.options.scales = {
      x: {
        type: 'linear',
        ...{ min: 0, max: steps },
        title: { display: true, text: 'Step', color: colors.text, font: font(), padding: 0 },
        grid: { display: false },
        border: { color: colors.grid },
        ticks: { ...tick(), maxTicksLimit: 6, autoSkipPadding: 12, precision: 0 },
      },
      y: {
        type: 'linear',
        ...{ min: range.low, max: range.high },
        grid: { color: colors.grid },
        border: { display: false },
        ticks: {
          ...{ ...tick(), stepSize: range.step },
          callback: (value: string | number) => withoutZeros(format(Number(value))),
        },
        // The same width for all but the longest labels ("217.5 MB"): charts below each other line up, and labels of
        // changing length push nothing.
        afterFit: (axis: { width: number }) => {
          axis.width = colors.fontSize * Math.max(5, Math.ceil(axis.width / colors.fontSize));
        },
      },
    };
    Object.assign(chart.options.plugins ?? {}, {
      legend: { display: false },
      tooltip: {
        // Faint lines are many, and not what is looked at.
        filter: ({ datasetIndex }: { datasetIndex: number }) => lines[datasetIndex]?.isFaint !== true,
        ...{ backgroundColor: colors.background, borderColor: colors.edge, borderWidth: 1, cornerRadius: 3 },
        ...{ titleColor: colors.text, bodyColor: colors.text, titleFont: font(), bodyFont: font() },
        usePointStyle: true,
        callbacks: {
          title: (items: { parsed: { x: number | null } }[]) => `Step ${items[0]?.parsed.x ?? ''}`,
          label: ({
            dataset: { label },
            parsed,
          }: {
            dataset: { label?: string };
            parsed: { y: number | null };
          }) => `${label ?? ''}: ${parsed.y === null ? '–' : format(parsed.y)}`,
        },
      },
    });
    chart.update('none');
  };

  const forget = onThemeChange(() => {
    colors = readColors();
    draw();
  });
  return {
    draw: (view) => {
      shown = view;
      turns.ask(draw);
    },
    destroy: () => {
      forget();
      turns.forget(draw);
      chart.destroy();
    },
  };
}

/** 1.500 on an axis is 1.5. */
const withoutZeros = (text: string): string => text.replace(/(\.\d*?)0+(?!\d)/, '$1').replace(/\.(?!\d)/, '');
