import type { Chart, ChartType, Plugin } from 'chart.js';
import type { ChartColors } from './theme';

/** What the bars carry besides their height. */
export interface BarMarks {
  readonly errors: readonly (number | undefined)[];
  readonly kept: readonly boolean[];
  readonly colors: ChartColors;
}

/**
 * Draws one standard error around the end of each bar, and a triangle under each kept layer, so that being kept is
 * not said by color alone.
 */
export function marksPlugin(read: () => BarMarks): Plugin<ChartType> {
  return {
    id: 'adapterLabMarks',
    afterDatasetsDraw: (chart) => {
      const marks = read();
      const { ctx } = chart;
      ctx.save();
      chart.getDatasetMeta(0).data.forEach((bar, index) => {
        const width = (bar as unknown as { width: number }).width;
        drawError(chart, bar.x, width, index, marks);
        if (marks.kept[index]) drawKept(chart, bar.x, width, marks.colors.kept);
      });
      ctx.restore();
    },
  };
}

function drawError(chart: Chart, x: number, barWidth: number, index: number, marks: BarMarks): void {
  const error = marks.errors[index];
  const value = chart.data.datasets[0]?.data[index];
  const scale = chart.scales['y'];
  if (error === undefined || !(error > 0) || typeof value !== 'number' || !scale) return;
  const top = Math.max(chart.chartArea.top, scale.getPixelForValue(value + error));
  const bottom = scale.getPixelForValue(Math.max(0, value - error));
  const cap = Math.min(4, barWidth / 2);
  const { ctx } = chart;
  ctx.strokeStyle = marks.colors.error;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(x, top);
  ctx.lineTo(x, bottom);
  ctx.moveTo(x - cap, top);
  ctx.lineTo(x + cap, top);
  ctx.moveTo(x - cap, bottom);
  ctx.lineTo(x + cap, bottom);
  ctx.stroke();
}

function drawKept(chart: Chart, x: number, barWidth: number, color: string): void {
  const half = Math.max(2, Math.min(4, barWidth / 2));
  const base = chart.chartArea.bottom + 2;
  const { ctx } = chart;
  ctx.fillStyle = color;
  ctx.beginPath();
  ctx.moveTo(x, base);
  ctx.lineTo(x - half, base + half * 1.5);
  ctx.lineTo(x + half, base + half * 1.5);
  ctx.closePath();
  ctx.fill();
}
