import type { Chart, ChartType, Plugin } from 'chart.js';
import type { Plot } from '../model/ranks/plot';
import type { ChartColors } from './theme';

export interface PlotMarks {
  readonly plot: Plot;
  readonly colors: ChartColors;
}

/**
 * Draws what chart.js has no data sets for: what is out of question behind all, and over it the seeds' spread, the trials'
 * numbers, a ring around the chosen one and the cross-hair.
 */
export function plotMarks(read: () => PlotMarks | undefined): Plugin<ChartType> {
  return {
    id: 'adapterLabPlot',
    beforeDatasetsDraw: (chart) => {
      const marks = read();
      if (marks) aside(chart, () => drawShades(chart, marks));
    },
    afterDatasetsDraw: (chart) => {
      const marks = read();
      if (!marks) return;
      aside(chart, () => {
        drawMarks(chart, marks);
        drawCross(chart, marks.colors);
      });
    },
  };
}

function aside({ ctx }: Chart, drawing: () => void): void {
  ctx.save();
  drawing();
  ctx.restore();
}

/** Hatched, so that it is not a color alone. */
function drawShades(chart: Chart, { plot, colors }: PlotMarks): void {
  const { ctx, chartArea: area, scales } = chart;
  const x = scales['x'];
  if (!x) return;
  ctx.strokeStyle = colors.grid;
  ctx.lineWidth = 1;
  for (const [from, to] of plot.shades) {
    const left = Math.max(area.left, x.getPixelForValue(from));
    const right = Math.min(area.right, x.getPixelForValue(to));
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, area.top, right - left, area.bottom - area.top);
    ctx.clip();
    ctx.beginPath();
    const height = area.bottom - area.top;
    for (let at = left - height; at < right; at += 7) {
      ctx.moveTo(at, area.bottom);
      ctx.lineTo(at + height, area.top);
    }
    ctx.stroke();
    ctx.restore();
  }
}

function drawMarks({ ctx, scales, chartArea }: Chart, { plot, colors }: PlotMarks): void {
  const { x: across, y: up } = scales;
  if (!across || !up) return;
  ctx.font = `${colors.fontSize - 1}px ${colors.fontFamily}`;
  ctx.textAlign = 'center';
  for (const { x, y, spread, label, isFaint, isSelected } of plot.marks) {
    const [left, top] = [across.getPixelForValue(x), up.getPixelForValue(y)];
    const color = isFaint ? colors.otherEdge : colors.text;
    ctx.strokeStyle = color;
    ctx.lineWidth = 1;
    if (spread !== undefined) {
      const [low, high] = spread.map((value) => up.getPixelForValue(value));
      ctx.beginPath();
      for (const end of [low ?? top, high ?? top]) {
        ctx.moveTo(left - 4, end);
        ctx.lineTo(left + 4, end);
      }
      ctx.moveTo(left, low ?? top);
      ctx.lineTo(left, high ?? top);
      ctx.stroke();
    }
    if (isSelected) {
      ctx.lineWidth = 1.5;
      ctx.beginPath();
      ctx.arc(left, top, 10, 0, 2 * Math.PI);
      ctx.stroke();
    }
    ctx.fillStyle = color;
    // Numbers of trials beside the slice would lie over each other.
    if (!isFaint) ctx.fillText(label, left, Math.max(chartArea.top - 4, top - (isSelected ? 14 : 10)));
  }
}

function drawCross({ ctx, chartArea, tooltip }: Chart, { otherEdge }: ChartColors): void {
  const active = tooltip?.getActiveElements()[0]?.element;
  if (!active) return;
  ctx.strokeStyle = otherEdge;
  ctx.lineWidth = 1;
  ctx.setLineDash([3, 3]);
  ctx.beginPath();
  ctx.moveTo(active.x, chartArea.top);
  ctx.lineTo(active.x, chartArea.bottom);
  ctx.moveTo(chartArea.left, active.y);
  ctx.lineTo(chartArea.right, active.y);
  ctx.stroke();
}
