import { Chart, Legend, LinearScale, LineController, LineElement, PointElement, Tooltip } from 'chart.js';
import { onThemeChange, readColors } from './theme';

Chart.register(Legend, LinearScale, LineController, LineElement, PointElement, Tooltip);

export interface LossLine {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface LossChart {
  draw(lines: readonly LossLine[], steps: number): void;
}

/** Told apart without colors: print and high contrast have one. */
const dashes: readonly number[][] = [[], [6, 3], [2, 2], [8, 2, 2, 2]];

/** Loss over steps, a line for each trial. Nothing is animated: a line that moves cannot be read. */
export function lossChart(canvas: HTMLCanvasElement): LossChart {
  let colors = readColors();
  let shown: { readonly lines: readonly LossLine[]; readonly steps: number } = { lines: [], steps: 1 };
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
  });
  const font = () => ({ family: colors.fontFamily, size: colors.fontSize });
  const axis = (text: string, most?: number) => ({
    type: 'linear' as const,
    min: 0,
    ...(most === undefined ? {} : { max: most }),
    title: { display: true, text, color: colors.text, font: font() },
    grid: { color: colors.grid },
    border: { display: false },
    ticks: { color: colors.text, font: font(), maxTicksLimit: 6, maxRotation: 0 },
  });

  const draw = (lines: readonly LossLine[], steps: number): void => {
    shown = { lines, steps };
    chart.data.datasets = lines.map(({ name, points }, index) => ({
      label: name,
      data: [...points],
      borderColor: index % 2 === 0 ? colors.kept : colors.error,
      backgroundColor: colors.background,
      borderWidth: 1.5,
      borderDash: dashes[index % dashes.length] ?? [],
      pointRadius: points.length > 1 ? 0 : 3,
    }));
    chart.options.scales = { x: axis('Step', steps), y: axis('Loss') };
    Object.assign(chart.options.plugins ?? {}, {
      legend: {
        display: lines.length > 1,
        position: 'bottom',
        labels: { color: colors.text, font: font(), boxWidth: 28, boxHeight: 0 },
      },
      tooltip: {
        backgroundColor: colors.background,
        borderColor: colors.edge,
        borderWidth: 1,
        cornerRadius: 3,
        titleColor: colors.text,
        bodyColor: colors.text,
        titleFont: font(),
        bodyFont: font(),
        callbacks: {
          title: (items: { parsed: { x: number | null } }[]) => `Step ${items[0]?.parsed.x ?? ''}`,
        },
      },
    });
    chart.update('none');
  };

  onThemeChange(() => {
    colors = readColors();
    draw(shown.lines, shown.steps);
  });
  return { draw };
}
