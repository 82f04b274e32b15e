import { h, rebuild, setAttribute } from '../dom';
import { formatCount, formatScore } from '../../src/shared/format';
import type { AllocationMethod } from '../../src/shared/words';
import { axisTop } from '../model/axis';
import { chartSummary } from '../model/chartSummary';
import { layersTitle } from '../model/copies/tables';
import type { LayerRow } from '../model/layers';
import { legendEntries } from '../model/layersLegend';
import { remembered } from '../model/remembered';
import { formatValue, unitTitle, type ScoreView } from '../model/scores';
import { selectionLine } from '../model/selectionLine';
import { sharedUnit } from '../model/unit';
import type { PageView } from '../model/view';
import { layerChart, layerPicture, type LayerBars, type LayerChart } from '../ui/chart';
import type { Part } from './part';

type Method = AllocationMethod | undefined;

export interface LayersChart extends Part {
  /** The chart as a PNG, also while the table is shown. */
  picture(view: PageView): string;
}

/** The chart of layer scores with its legend. @param pick is called with a layer whose bar was clicked */
export function layersChart(pick: (layer: number) => void): LayersChart {
  const canvas = h('canvas', { role: 'img' });
  const legend = h('ul', { class: 'legend' });
  const element = h('div', { class: 'chart' }, h('div', { class: 'canvas-box' }, canvas), legend);
  let chart: LayerChart | undefined;
  let top: number | undefined;
  let showing = '';
  const draw = remembered(
    (run: string, layers: readonly LayerRow[], scores: ScoreView, method: Method, tasks: number): void => {
      // Made late: the canvas needs its place on the page to take its size from.
      chart ??= layerChart(canvas, pick);
      const subject = JSON.stringify([run, scores.task]);
      if (subject !== showing) top = undefined;
      showing = subject;
      top = axisTop(top, highest(layers));
      const bars = barsOf(layers, scores, method, top);
      chart.draw(bars);
      setAttribute(canvas, 'aria-label', chartSummary(layers, scores.unit));
      const entries = legendEntries(layers, scores, bars.line, tasks);
      rebuild(legend, entries, () =>
        entries.map(([mark, text]) =>
          h(
            'li',
            {},
            ...(mark === '' ? [] : [h('span', { class: `swatch ${mark}`, 'aria-hidden': 'true' })]),
            text,
          ),
        ),
      );
    },
  );
  return {
    element,
    update: ({ heading, layers, scores, run }) =>
      draw(heading.run, layers, scores, run.plan?.method, run.tasks.length),
    picture: ({ layers, scores, run }) => {
      const bars = barsOf(layers, scores, run.plan?.method, axisTop(undefined, highest(layers)));
      return layerPicture(layersTitle(scores), bars);
    },
  };
}

const highest = (layers: readonly LayerRow[]): number =>
  Math.max(0, ...layers.map(({ value, interval }) => Math.max(value, interval?.[1] ?? 0)));

function barsOf(layers: readonly LayerRow[], scores: ScoreView, method: Method, top: number): LayerBars {
  const unit = sharedUnit(scores.unit, top);
  return {
    bars: layers.map((row) => ({ ...row, hint: hint(row, scores) })),
    axisTitle: `${unitTitle(scores.unit)}${unit.suffix}`,
    axisTop: top,
    line: selectionLine(layers, method),
    format: unit.text,
  };
}

function hint(row: LayerRow, { unit, layerIntervals }: ScoreView): string[] {
  const score =
    unit === 'share'
      ? `${formatValue('share', row.value)} of the total`
      : `${formatScore(row.value)}${row.error === undefined ? '' : ` ± ${formatScore(row.error)}`}`;
  const interval =
    layerIntervals && row.interval
      ? [`95 %: ${formatScore(row.interval[0])} to ${formatScore(row.interval[1])}`]
      : [];
  const share = unit === 'share' ? [] : [`${formatValue('share', row.share)} of the total`];
  if (row.kept === undefined) return [score, ...interval, ...share];
  const plan = row.kept
    ? `Kept: ${row.adaptedModules} modules, ${formatCount(row.experts)} experts`
    : 'Not kept';
  return [score, ...interval, ...share, plan];
}
