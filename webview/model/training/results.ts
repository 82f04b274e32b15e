import { formatCount, formatShare } from '../../../src/shared/format';
import type { TaskMetrics } from '../../../src/shared/runEvents';
import type { RunState } from '../../../src/shared/runState';
import type { TrialEvaluation } from '../../../src/shared/trialState';

/** One row of the table of results. */
export interface ResultRow {
  readonly trial: string;
  readonly task: string;
  readonly base: string;
  readonly now: string;
  readonly best: string;
  readonly test: string;
}

/** Each trial's tasks: what the base model, the newest and the best adapter make of them. */
export const resultRows = ({ trials }: Pick<RunState, 'trials'>): ResultRow[] =>
  trials.flatMap((trial) => {
    const validation = trial.evaluations.filter(({ split }) => split === 'validation');
    const base = validation.find(({ step }) => step === 0);
    const best = validation.filter((one) => one.best).at(-1);
    const test = trial.evaluations.filter(({ split }) => split === 'test').at(-1);
    const tasks = (validation[0] ?? test)?.metrics.map(({ task }) => task) ?? [];
    return tasks.map((task) => ({
      ...{ trial: trial.name, task, base: quality(base, task), now: quality(validation.at(-1), task) },
      ...{ best: quality(best, task), test: quality(test, task) },
    }));
  });

/** What a training is of, and how fast it goes. */
export function trainingText(run: Pick<RunState, 'trials'>): string {
  const trial = run.trials.at(-1);
  if (trial === undefined) return '';
  const point = trial.points.at(-1);
  const speed = point === undefined ? '' : `, ${formatCount(point.tokensPerSecond)} tokens/s`;
  const loss = point === undefined ? '' : `, loss ${point.loss.toFixed(3)}`;
  return `${trial.name}: step ${formatCount(trial.step)} of ${formatCount(trial.steps)}${loss}${speed}; ${formatCount(trial.parameters)} trainable parameters, ${formatCount(trial.samples)} samples.`;
}

function quality(evaluation: TrialEvaluation | undefined, task: string): string {
  const metrics: TaskMetrics | undefined = evaluation?.metrics.find((one) => one.task === task);
  if (metrics === undefined) return '–';
  if (metrics.accuracy !== undefined) return formatShare(metrics.accuracy);
  return `perplexity ${metrics.perplexity?.toFixed(2) ?? '–'}`;
}
