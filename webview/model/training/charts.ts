import { formatBytes, formatCount } from '../../../src/shared/format';
import type { TrialState } from '../../../src/shared/trialState';
import { chartLine, type ChartLine, type ChartView } from './chartView';
import { isShare, metricText, metricTitles, type Metric } from './metrics';
import type { Series } from './series';
import { linesOf, metricLine, stepLine, validationLoss, type LineOf } from './trialLines';

/**
 * The charts of a training: loss, a metric of each task, tokens per second, memory.
 * @param smoothing weight of what was before in the line of the training loss
 */
export function trainingCharts(series: readonly Series[], metric: Metric, smoothing: number): ChartView[] {
  const shown = series.filter(({ look }) => look !== 'hidden');
  const trials = [...new Set(series.flatMap((one) => one.trials))];
  const steps = Math.max(1, ...trials.map((trial) => trial.steps));
  const usual = { note: undefined, steps };
  const tasks = Math.max(0, ...trials.map(({ evaluations }) => evaluations[0]?.metrics.length ?? 0));
  const speed = stepLine(({ tokensPerSecond }) => tokensPerSecond);
  const resident = stepLine(({ memory }) => memory?.resident);
  const card = stepLine(({ memory }) => memory?.card);
  return [
    {
      ...{ ...usual, id: 'loss', title: 'Loss', lines: lossLines(shown, smoothing), format: lossText },
      note: `Lines: training. Marks: validation${tasks > 1 ? `, mean of ${tasks} tasks` : ''}.`,
    },
    ...tasksOf(trials, metric).map((task) => ({
      ...{ ...usual, id: `metric ${task}`, title: `${metricTitles[metric]}, ${task}` },
      lines: linesIn(shown, 'marked', metricLine(metric, task)),
      format: (value: number) => metricText(metric, value),
      reference: metric === 'accuracy' ? commonest(trials, task) : undefined,
      finest: isShare(metric) ? 0.01 : 0,
    })),
    {
      ...{ ...usual, id: 'speed', title: 'Tokens per second', format: formatCount, finest: 1 },
      lines: linesIn(shown, 'line', speed),
    },
    ...(trials.some((trial) => resident(trial).length > 0)
      ? [
          {
            ...{ ...usual, id: 'memory', title: 'Memory of the process', format: formatBytes },
            ...{ lines: linesIn(shown, 'line', resident), note: peakWords(trials) },
          },
        ]
      : []),
    ...(trials.some((trial) => card(trial).length > 0)
      ? [
          {
            ...{ ...usual, id: 'card', title: 'Memory of the card', format: formatBytes },
            lines: linesIn(shown, 'line', card),
          },
        ]
      : []),
  ];
}

/** Those that stand out come first: they are drawn over the others. */
const linesIn = (series: readonly Series[], drawn: ChartLine['drawn'], of: LineOf): ChartLine[] =>
  [...series]
    .sort((a, b) => Number(a.look === 'faint') - Number(b.look === 'faint'))
    .map((one) => chartLine(one, drawn, linesOf(one, of)));

function lossLines(series: readonly Series[], smoothing: number): ChartLine[] {
  const training = linesIn(
    series,
    'line',
    stepLine(({ loss }) => loss, smoothing),
  );
  const strong = series.filter(({ look }) => look === 'strong');
  const validation = linesIn(strong, 'marks', validationLoss).map((one) => ({
    ...one,
    // A band of its own would lie over the training's.
    ...{ label: `${one.label}, validation`, spread: undefined },
  }));
  return [...validation, ...training];
}

const tasksOf = (trials: readonly TrialState[], metric: Metric): string[] => [
  ...new Set(
    trials.flatMap(({ evaluations }) =>
      evaluations.flatMap((one) =>
        one.metrics.filter((told) => told[metric] !== undefined).map(({ task }) => task),
      ),
    ),
  ),
];

function commonest(trials: readonly TrialState[], task: string): ChartView['reference'] {
  const value = trials
    .flatMap(({ evaluations }) => evaluations.filter(({ split }) => split === 'validation'))
    .flatMap((one) => one.metrics.find((told) => told.task === task)?.majority ?? [])[0];
  return value === undefined ? undefined : { value, label: 'always the commonest class' };
}

function peakWords(trials: readonly TrialState[]): string {
  const peak = Math.max(0, ...trials.map(({ points }) => points.at(-1)?.memory?.peak ?? 0));
  return `Resident at the end of each step; at most ${formatBytes(peak)} since the process began.`;
}

const lossText = (value: number): string => value.toFixed(3);
