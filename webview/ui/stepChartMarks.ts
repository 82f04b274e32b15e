import type { Chart, ChartType, Plugin } from 'chart.js';
import type { ChartView } from '../model/training/chartView';
import type { ChartColors } from './theme';

/** How much of its color a band has: lines must stay readable on it, also where bands lie over each other. */
const bandAlpha = 0.2;

/** Draws what lies behind a step chart's lines: what means span, the level to compare with, and the step that is looked at. */
export function stepMarks(
  read: () => { readonly view: ChartView; readonly colors: ChartColors },
): Plugin<ChartType> {
  return {
    id: 'adapterLabSteps',
    beforeDatasetsDraw: (chart) => {
      const { view, colors } = read();
      const { ctx, chartArea } = chart;
      ctx.save();
      ctx.beginPath();
      ctx.rect(chartArea.left, chartArea.top, chartArea.width, chartArea.height);
      ctx.clip();
      for (const { spread, color } of view.lines) {
        if (spread === undefined) continue;
        ctx.globalAlpha = bandAlpha;
        ctx.fillStyle = colors.series[color] ?? colors.kept;
        fillBand(chart, spread);
      }
      ctx.globalAlpha = 1;
      ctx.strokeStyle = colors.text;
      if (view.reference) strokeAcross(chart, 'y', view.reference.value, [3, 3]);
      if (view.marker !== undefined) strokeAcross(chart, 'x', view.marker, []);
      ctx.restore();
    },
  };
}

function fillBand(
  { ctx, scales }: Chart,
  { low, high }: NonNullable<ChartView['lines'][number]['spread']>,
): void {
  const { x: across, y: up } = scales;
  if (!across || !up) return;
  ctx.beginPath();
  for (const { x, y } of [...low, ...[...high].reverse()])
    ctx.lineTo(across.getPixelForValue(x), up.getPixelForValue(y));
  ctx.fill();
}

/** A line through the whole chart at a value of one of its axes. */
function strokeAcross(
  { ctx, scales, chartArea }: Chart,
  axis: 'x' | 'y',
  value: number,
  dash: number[],
): void {
  const pixel = scales[axis]?.getPixelForValue(value);
  if (pixel === undefined) return;
  const { left, right, top, bottom } = chartArea;
  ctx.lineWidth = 1;
  ctx.setLineDash(dash);
  ctx.beginPath();
  ctx.moveTo(axis === 'x' ? pixel : left, axis === 'x' ? top : pixel);
  ctx.lineTo(axis === 'x' ? pixel : right, axis === 'x' ? bottom : pixel);
  ctx.stroke();
}
