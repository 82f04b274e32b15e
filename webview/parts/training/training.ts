import type { RunState } from '../../../src/shared/runState';
import { h, rebuild, setText, show } from '../../dom';
import { remembered } from '../../model/remembered';
import { trainingCharts } from '../../model/training/charts';
import { metricsIn, metricTitles, shownMetric, type Metric } from '../../model/training/metrics';
import { trainingText } from '../../model/training/results';
import { seriesOf, type Series } from '../../model/training/series';
import { chosenIn, mostSmoothing, type TrainingChoices } from '../../model/training/trainingChoices';
import { trainingCsv } from '../../model/training/trainingCsv';
import type { PageView } from '../../model/view';
import { seriesLegend } from '../../ui/seriesLegend';
import { slider } from '../../ui/slider';
import { button, checkbox, dropdown } from '../../ui/toolkit';
import { section, type Deeds, type Part } from '../part';
import { chartGrid } from './chartGrid';
import { results } from './results';

/** Steps of the slider between no smoothing and the most. */
const smoothingSteps = 19;

/** A training: loss, metrics, speed and memory over steps, and what the adapters make of each task. */
export function training(deeds: Deeds): Part {
  let latest: PageView | undefined;
  const choose = (changed: Partial<TrainingChoices>): void => {
    if (latest) deeds.choose({ training: { ...chosenIn(latest), ...changed } });
  };
  const words = h('p', { class: 'quiet' });
  const metric = dropdown('Metric', (value) => choose({ metric: value as Metric }));
  const smoothing = slider('Smooth the training loss', (value) =>
    choose({ smoothing: Number(((value / smoothingSteps) * mostSmoothing).toFixed(2)) }),
  );
  const asTable = checkbox('Show as table', (checked) => choose({ asTable: checked }));
  const copy = button('Copy as CSV', () => {
    if (latest) deeds.copy(trainingCsv(latest.run.trials), 'the numbers of the training');
  });
  const legend = seriesLegend('Lines of the charts', (id, stands) => {
    if (latest) choose({ toggled: { ...chosenIn(latest).toggled, [id]: stands } });
  });
  const charts = chartGrid();
  const waiting = h('p', { class: 'waiting quiet' });
  const tools = h(
    'div',
    { class: 'row tools' },
    ...[metric.element, smoothing.element, asTable.element, copy.element],
  );
  const table = results();
  const notes = h('ul', { class: 'quiet notes' });
  const element = section(
    'Training',
    'training',
    ...[words, tools, legend.element, waiting, charts.element, table.element, notes],
  );
  // The page is also updated when nothing but the clock has moved on.
  const seriesIn = remembered(
    (
      trials: RunState['trials'],
      search: RunState['search'],
      searched: RunState['searched'],
      searchEnd: RunState['searchEnd'],
      toggled: TrainingChoices['toggled'],
    ) => seriesOf({ trials, search, searched, searchEnd }, toggled),
  );
  const draw = remembered(
    (series: readonly Series[], shown: Metric, smoothness: number, tabular: boolean): void =>
      charts.update(trainingCharts(series, shown, smoothness), tabular),
  );
  return {
    element,
    update: (view) => {
      latest = view;
      const { run } = view;
      const { trials } = run;
      show(element, trials.length > 0);
      if (trials.length === 0) return;
      const chosen = chosenIn(view);
      setText(words, trainingText(run));
      const series = seriesIn(trials, run.search, run.searched, run.searchEnd, chosen.toggled);
      const present = metricsIn(trials);
      metric.set(
        present.map((value) => ({ value, label: metricTitles[value] })),
        shownMetric(chosen.metric, present),
      );
      show(metric.element, present.length > 1);
      smoothing.set(
        Math.round((chosen.smoothing / mostSmoothing) * smoothingSteps),
        smoothingSteps,
        chosen.smoothing === 0 ? 'not at all' : chosen.smoothing.toFixed(2),
      );
      asTable.set(chosen.asTable);
      show(legend.element, series.length > 1);
      legend.set(series);
      const begun = trials.some(({ points, evaluations }) => points.length + evaluations.length > 0);
      show(waiting, !begun);
      setText(
        waiting,
        run.status === 'running' ? 'Waiting for the first step …' : 'It ended before its first step.',
      );
      show(charts.element, begun);
      if (begun) draw(series, shownMetric(chosen.metric, present), chosen.smoothing, chosen.asTable);
      table.update(run);
      // A search tells them beside its trials.
      rebuild(notes, run.job === 'train' ? run.notes : [], () =>
        run.job === 'train' ? run.notes.map((note) => h('li', {}, note)) : [],
      );
    },
  };
}
