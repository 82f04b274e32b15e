import { h, setAttribute, setText, show } from '../../dom';
import type { Plot, PlotStop } from '../../model/ranks/plot';
import { searchChosenIn, type SearchChart } from '../../model/ranks/searchChoices';
import { waitingWords, type TrialsTable } from '../../model/ranks/trials';
import { explainedTrial } from '../../model/ranks/why';
import type { PageView } from '../../model/view';
import { plotChart, type PlotControl } from '../../ui/plot';
import { checkbox } from '../../ui/toolkit';
import { section, type Deeds } from '../part';
import { trialTable } from './trialTable';

export interface ChartBox {
  readonly element: HTMLElement;
  update(view: PageView, content: ChartContent | undefined): void;
}

/** What a chart of the search shows, and what its table does. */
export interface ChartContent {
  readonly plot: Plot;
  readonly table: TrialsTable;
  /** What the chart shows, for those who do not see it. */
  readonly summary: string;
}

/**
 * A chart of the search that is a table at the reader's wish. A click on a trial, or Enter where the arrow keys have come to,
 * chooses it.
 *
 * @param tools before the checkbox
 * @param pickFree called with a point that has no trial
 */
export function chartBox(
  chart: SearchChart,
  title: string,
  deeds: Deeds,
  tools: readonly HTMLElement[],
  below: readonly HTMLElement[],
  pickFree: (stop: PlotStop) => void = () => undefined,
): ChartBox {
  let latest: PageView | undefined;
  const canvas = h('canvas', { role: 'application', 'aria-roledescription': 'chart', tabindex: '0' });
  const said = h('p', { class: 'sr-only', role: 'status' });
  const waiting = h('p', { class: 'waiting quiet' });
  const pick = (trial: number): void => {
    if (latest) deeds.choose({ search: { ...searchChosenIn(latest), trial } });
  };
  const table = trialTable(`${title} as a table`, pick);
  const box = h('div', { class: 'chart' }, h('div', { class: `canvas-box plot ${chart}` }, canvas), ...below);
  const asTable = checkbox('Show as table', (checked) => {
    if (!latest) return;
    const search = searchChosenIn(latest);
    const others = search.tables.filter((one) => one !== chart);
    deeds.choose({ search: { ...search, tables: checked ? [...others, chart] : others } });
  });
  const element = section(
    title,
    `search-chart ${chart}`,
    h('div', { class: 'row tools' }, ...tools, asTable.element),
    waiting,
    box,
    table.element,
    said,
  );
  let control: PlotControl | undefined;
  return {
    element,
    update: (view, content) => {
      latest = view;
      const chosen = searchChosenIn(view);
      const isTable = chosen.tables.includes(chart);
      asTable.set(isTable);
      const drawn = content !== undefined && content.plot.stops.length > 0;
      show(waiting, !drawn);
      setText(waiting, waitingWords(view));
      show(box, drawn && !isTable);
      if (!drawn) show(table.element, false);
      if (!drawn) return;
      if (isTable) {
        table.set(content.table, explainedTrial(view.run, chosen.trial));
        return;
      }
      show(table.element, false);
      setAttribute(canvas, 'aria-label', content.summary);
      // Made late: the canvas needs its place on the page to take its size from.
      control ??= plotChart(canvas, {
        pick: (stop) => (stop.trial === undefined ? pickFree(stop) : pick(stop.trial)),
        say: (words) => setText(said, words),
      });
      control.draw(content.plot);
    },
  };
}
