import { h, rebuild, setAttribute, setText, show, uniqueId } from '../../dom';
import { chartTable } from '../../model/training/chartTable';
import { chartWords, type ChartView } from '../../model/training/chartView';
import { sample } from '../../ui/seriesLegend';
import { stepChart, type StepChart } from '../../ui/stepChart';
import { scroller } from '../part';

export interface ChartBox {
  readonly element: HTMLElement;
  update(view: ChartView, asTable: boolean): void;
  /** Before it is taken from the page for good. */
  destroy(): void;
}

/** One chart of several, with its title; or the table of its numbers. */
export function chartBox(): ChartBox {
  const id = uniqueId('chart');
  const title = h('h3', { id });
  const note = h('p', { class: 'quiet' });
  const canvas = h('canvas', { role: 'img' });
  const picture = h('div', { class: 'canvas-box' }, canvas);
  const key = h('ul', { class: 'legend' });
  const table = h('table', { class: 'plain' });
  const rest = h('p', { class: 'quiet' }, 'Every few steps; Copy as CSV has all of them.');
  const numbers = scroller('Numbers of the chart', table);
  const element = h(
    'section',
    { class: 'small-chart', 'aria-labelledby': id },
    title,
    note,
    h('div', {}, picture, numbers),
    h('div', {}, key, rest),
  );
  let chart: StepChart | undefined;
  return {
    element,
    update: (view, asTable) => {
      setText(title, view.title);
      setText(
        note,
        [view.note, view.reference && `Dotted: ${view.reference.label}.`].filter(Boolean).join(' '),
      );
      show(picture, !asTable);
      show(key, view.hasKey === true && !asTable);
      const drawn = view.hasKey === true ? view.lines.map(({ line: _, spread: __, ...how }) => how) : [];
      rebuild(key, drawn, () => drawn.map((how) => h('li', {}, sample(how), how.label)));
      show(numbers, asTable);
      const { columns, rows, isThinned } = asTable
        ? chartTable(view)
        : { columns: [], rows: [], isThinned: false };
      show(rest, isThinned);
      if (asTable) {
        setAttribute(numbers, 'aria-label', `Numbers of ${view.title}`);
        rebuild(table, [columns, rows], () => [
          h('thead', {}, h('tr', {}, ...columns.map((text) => h('th', { scope: 'col' }, text)))),
          h(
            'tbody',
            {},
            ...rows.map(([step = '', ...values]) =>
              h('tr', {}, h('th', { scope: 'row' }, step), ...values.map((text) => h('td', {}, text))),
            ),
          ),
        ]);
        return;
      }
      // Made late: the canvas needs its place on the page to take its size from.
      chart ??= stepChart(canvas);
      chart.draw(view);
      setAttribute(canvas, 'aria-label', chartWords(view));
    },
    destroy: () => chart?.destroy(),
  };
}
