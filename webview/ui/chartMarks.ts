import type { Chart, ChartType, Plugin } from 'chart.js';
import type { ChartColors } from './theme';

/** What the bars carry besides their height. */
export interface BarMarks {
  readonly intervals: readonly (readonly [low: number, high: number] | undefined)[];
  readonly kept: readonly boolean[];
  /** The value of a dashed line across; undefined where there is none. */
  readonly line: number | undefined;
  readonly colors: ChartColors;
}

/**
 * Draws an interval around the end of each bar, a triangle under each kept layer, so that being kept is not said by color
 * alone, and the line that parts kept layers from the others.
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
        drawInterval(chart, bar.x, width, marks.intervals[index], marks.colors.error);
        if (marks.kept[index]) drawKept(chart, bar.x, width, marks.colors.kept);
      });
      drawLine(chart, marks);
      ctx.restore();
    },
  };
}

function drawInterval(
  chart: Chart,
  x: number,
  barWidth: number,
  interval: readonly [number, number] | undefined,
  color: string,
): void {
  const scale = chart.scales['y'];
  if (!interval || !scale || !(interval[1] > interval[0])) return;
  const top = Math.max(chart.chartArea.top, scale.getPixelForValue(interval[1]));
  const bottom = scale.getPixelForValue(Math.max(0, interval[0]));
  const cap = Math.min(4, barWidth / 2);
  const { ctx } = chart;
  ctx.strokeStyle = color;
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

function drawLine(chart: Chart, { line, colors }: BarMarks): void {
  const y = line === undefined ? undefined : chart.scales['y']?.getPixelForValue(line);
  if (y === undefined) return;
  const { ctx, chartArea } = chart;
  ctx.strokeStyle = colors.text;
  ctx.lineWidth = 1;
  ctx.setLineDash([6, 4]);
  ctx.beginPath();
  ctx.moveTo(chartArea.left, y);
  ctx.lineTo(chartArea.right, y);
  ctx.stroke();
  ctx.setLineDash([]);
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
