import { h, rebuild, setAttribute } from '../dom';
import { formatCount, formatScore } from '../../src/shared/format';
import { axisTop } from '../model/axis';
import { chartSummary } from '../model/chartSummary';
import type { LayerRow } from '../model/layers';
import { formatValue, unitTitle, type ScoreView } from '../model/scores';
import { sharedUnit } from '../model/unit';
import { layerChart, type LayerChart } from '../ui/chart';
import type { Part } from './part';

/** The chart of layer scores with its legend. */
export function layersChart(): Part {
  const canvas = h('canvas', { role: 'img' });
  const legend = h('ul', { class: 'legend' });
  const element = h('div', { class: 'chart' }, h('div', { class: 'canvas-box' }, canvas), legend);
  let chart: LayerChart | undefined;
  let top: number | undefined;
  let showing = '';
  return {
    element,
    update: ({ heading, layers, scores }) => {
      // Made late: the canvas needs its place on the page to take its size from.
      chart ??= layerChart(canvas);
      const subject = JSON.stringify([heading.run, scores.task]);
      if (subject !== showing) top = undefined;
      showing = subject;
      top = axisTop(top, Math.max(0, ...layers.map((row) => row.value + (row.error ?? 0))));
      const unit = sharedUnit(scores.unit, top);
      chart.draw({
        bars: layers.map((row) => ({ ...row, hint: hint(row, scores.unit) })),
        axisTitle: `${unitTitle(scores.unit)}${unit.suffix}`,
        axisTop: top,
        format: unit.text,
      });
      setAttribute(canvas, 'aria-label', chartSummary(layers, scores.unit));
      const entries = legendEntries(layers, scores.errors !== undefined);
      rebuild(legend, entries, () =>
        entries.map(([mark, text]) =>
          h('li', {}, h('span', { class: `swatch ${mark}`, 'aria-hidden': 'true' }), text),
        ),
      );
    },
  };
}

function hint(row: LayerRow, unit: ScoreView['unit']): string[] {
  const score =
    unit === 'share'
      ? `${formatValue('share', row.value)} of the total`
      : `${formatScore(row.value)}${row.error === undefined ? '' : ` ± ${formatScore(row.error)}`}`;
  const share = unit === 'share' ? [] : [`${formatValue('share', row.share)} of the total`];
  if (row.kept === undefined) return [score, ...share];
  const plan = row.kept
    ? `Kept: ${row.adaptedModules} modules, ${formatCount(row.experts)} experts`
    : 'Not kept';
  return [score, ...share, plan];
}

function legendEntries(rows: readonly LayerRow[], withErrors: boolean): [mark: string, text: string][] {
  const kept = rows.filter((row) => row.kept).length;
  const planned = rows.some((row) => row.kept !== undefined);
  return [
    ...(planned
      ? ([
          ['kept', `Kept by the plan (${kept} of ${rows.length})`],
          ['other', 'Not kept'],
        ] as [string, string][])
      : []),
    ...(withErrors ? ([['whisker', '± 1 standard error']] as [string, string][]) : []),
  ];
}
