import { formatShare } from '../shared/format';
import type { TaskMetrics } from '../shared/runEvents';
import type { RunState } from '../shared/runState';
import type { TrialEvaluation, TrialState } from '../shared/trialState';
import { factLines, noteLines, trainingFacts } from './facts';
import { table } from './table';
import { reportLine } from '../shared/markdown';

/** A training as a Markdown page: what was trained on what, and how well it does against the base model. Pure. */
export function trainingReport(state: RunState): string {
  return [
    ...[`# ${state.experiment}`, '', ...factLines(trainingFacts(state)), ...noteLines(state), ''],
    ...['## Results', '', ...trainingTable(state), ''],
  ]
    .map(reportLine)
    .join('\n');
}

/** One row a seed and task: the base model, the majority class, and the best adapter. Also what the command line prints. */
export const trainingTable = (state: RunState): string[] => table(trainingCells(state), 3);

/** The rows of the trained adapters under their head; three columns of names, then numbers. */
export function trainingCells({ trials }: RunState): string[][] {
  const rows = trials.flatMap((trial) =>
    ['test', 'validation'].flatMap((split) => {
      const best = evaluationOf(trial, split);
      if (best === undefined) return [];
      const base = trial.evaluations.find((one) => one.step === 0);
      return best.metrics.map((metrics) => rowOf(trial, best, metrics, split, base));
    }),
  );
  const head = [
    'trial',
    'task',
    'split',
    'samples',
    'base',
    'majority',
    'trained',
    'macro F1',
    'loss',
    'best step',
  ];
  return [head, ...rows];
}

/** The best on validation data, or what the test data said of it. */
const evaluationOf = ({ evaluations }: TrialState, split: string): TrialEvaluation | undefined =>
  evaluations.findLast((one) => one.split === split && one.best);

function rowOf(
  { name }: TrialState,
  { step }: TrialEvaluation,
  metrics: TaskMetrics,
  split: string,
  base: TrialEvaluation | undefined,
): string[] {
  // The base model was measured on the validation data alone.
  const before = split === 'validation' ? base?.metrics.find(({ task }) => task === metrics.task) : undefined;
  const share = (value: number | undefined): string => (value === undefined ? '-' : formatShare(value));
  const quality = (one: TaskMetrics | undefined): string => {
    if (one === undefined) return '-';
    return one.accuracy === undefined
      ? `perplexity ${one.perplexity?.toFixed(2)}`
      : formatShare(one.accuracy);
  };
  return [
    ...[name, metrics.task, split, String(metrics.samples), quality(before), share(metrics.majority)],
    ...[quality(metrics), share(metrics.macroF1), metrics.loss.toFixed(3), String(step)],
  ];
}
