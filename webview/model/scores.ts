import { combineTasks, scoresByLayer } from '../../src/shared/combineScores';
import { formatScore } from '../../src/shared/format';
import type { RunState, TaskState } from '../../src/shared/runState';

/** The module scores that the page shows: one task's own numbers, or the shares of all tasks together. */
export interface ScoreView {
  /** Undefined where several tasks are combined. */
  readonly task: string | undefined;
  /** `share`: parts of a total of 1. `score`: the estimator's own unit. */
  readonly unit: 'share' | 'score';
  /** In the order of `RunState.modules`; empty until the first batch. */
  readonly values: readonly number[];
  /** Index = layer: the estimator's own, or the sums over modules. */
  readonly layerValues: readonly number[];
  /** One standard error each; undefined for shares, whose errors the events do not give. */
  readonly errors: readonly number[] | undefined;
  /** The same for each layer. */
  readonly layerErrors: readonly number[] | undefined;
  /** Low and high of the layers' 95 % bootstrap intervals; undefined where there are none (yet). */
  readonly layerIntervals: readonly (readonly [low: number, high: number])[] | undefined;
  /** Sums over layers and over modules: the same, but where the estimator scores layers by themselves. */
  readonly total: number;
  readonly moduleTotal: number;
}

/** The scores of the chosen task; of all tasks where none is chosen and there are several. */
export function scoreView(run: Pick<RunState, 'modules' | 'tasks'>, chosen: string | undefined): ScoreView {
  const layerOf = run.modules.map(({ layer }) => layer);
  const task = pickTask(run.tasks, chosen);
  if (task !== undefined) {
    return {
      task: task.name,
      unit: 'score',
      values: task.scores,
      layerValues: scoresByLayer(layerOf, task),
      errors: task.standardErrors,
      layerErrors: task.layerStandardErrors,
      layerIntervals: task.layerIntervals,
      total: sum(scoresByLayer(layerOf, task)),
      moduleTotal: sum(task.scores),
    };
  }
  const begun = run.tasks.filter((one) => one.scores.length > 0);
  const layerValues = combineTasks(begun.map((one) => scoresByLayer(layerOf, one)));
  const values = combineTasks(begun.map((one) => one.scores));
  return {
    task: undefined,
    unit: 'share',
    values,
    layerValues,
    errors: undefined,
    layerErrors: undefined,
    layerIntervals: undefined,
    total: sum(layerValues),
    moduleTotal: sum(values),
  };
}

/** A value of the view as text; shares in percent with three significant digits. */
export const formatValue = (unit: ScoreView['unit'], value: number): string =>
  unit === 'share' ? `${formatScore(value * 100)} %` : formatScore(value);

/** What the numbers of the view are, for axis and column titles. */
export const unitTitle = (unit: ScoreView['unit']): string =>
  unit === 'share' ? 'Share of the total score' : 'Score';

function pickTask(tasks: readonly TaskState[], chosen: string | undefined): TaskState | undefined {
  if (tasks.length === 1) return tasks[0];
  return tasks.find((task) => task.name === chosen);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
