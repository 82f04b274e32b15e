import { h, rebuild, setAttribute, setText, show } from '../dom';
import { lossSummary, resultRows, trainingText } from '../model/training';
import { lossChart, type LossChart } from '../ui/lossChart';
import { scroller, section, type Part } from './part';

const columns = ['Trial', 'Task', 'Base model', 'Newest', 'Best', 'Test data'];

/** A training: loss over steps, and what the adapters make of each task. */
export function training(): Part {
  const canvas = h('canvas', { role: 'img' });
  const words = h('p', { class: 'quiet' });
  const table = h('table', { class: 'plain' });
  const results = scroller('Results of each trial', table);
  const box = h('div', { class: 'chart' }, h('div', { class: 'canvas-box' }, canvas));
  const notes = h('ul', { class: 'quiet notes' });
  const element = section('Training', 'training', words, box, results, notes);
  let chart: LossChart | undefined;
  return {
    element,
    update: ({ run }) => {
      const { trials } = run;
      show(element, run.job === 'train' && trials.length > 0);
      if (trials.length === 0) return;
      setText(words, trainingText(run));
      // Made late: the canvas needs its place on the page to take its size from.
      chart ??= lossChart(canvas);
      chart.draw(
        trials.map(({ name, points }) => ({
          name,
          points: points.map(({ step, loss }) => ({ x: step, y: loss })),
        })),
        Math.max(...trials.map(({ steps }) => steps)),
      );
      setAttribute(canvas, 'aria-label', lossSummary(trials));
      const rows = resultRows(run);
      show(results, rows.length > 0);
      rebuild(table, rows, () => [
        h('thead', {}, h('tr', {}, ...columns.map((title) => h('th', { scope: 'col' }, title)))),
        h(
          'tbody',
          {},
          ...rows.map(({ trial, task, base, now, best, test }) =>
            h(
              'tr',
              {},
              h('th', { scope: 'row' }, trial),
              ...[task, base, now, best, test].map((text) => h('td', {}, text)),
            ),
          ),
        ),
      ]);
      rebuild(notes, run.notes, () => run.notes.map((note) => h('li', {}, note)));
    },
  };
}
