import type { RunEvent, UnstampedRunEvent } from '../../shared/runEvents';
import type { RunState, TaskState } from '../../shared/runState';
import type { Module } from '../../shared/words';

/** What the page of a file is told of the run behind it: the model, the scores and how sure they are, and no more. */
export interface Background {
  /** The file, relative to the workspace: what the page is called. */
  readonly file: string;
  readonly model: RunState['model'];
  readonly modules: readonly Module[];
  /** With scores in the order of `modules`. */
  readonly tasks: readonly TaskState[];
  readonly estimator: RunState['estimator'];
  readonly labels: RunState['labels'];
  readonly notes: readonly string[];
}

/** Events whose replay shows a file on its background, ended. The same for the same background: no time is in them. */
export function backgroundEvents(background: Background): RunEvent[] {
  const { file, model, modules, tasks, estimator, labels, notes } = background;
  const events: UnstampedRunEvent[] = [
    {
      type: 'started',
      job: 'score',
      experiment: file,
      tasks: tasks.map(({ name }) => name),
      ...(estimator === undefined ? {} : { estimator }),
      ...(labels === undefined ? {} : { labels }),
    },
    ...(model && model.layers > 0
      ? [
          {
            type: 'model' as const,
            model: model.name,
            architecture: model.architecture,
            layers: model.layers,
            parameters: model.parameters,
            modules: [...modules],
          },
        ]
      : []),
    ...tasks.flatMap(taskEvents),
    ...notes.map((text) => ({ type: 'note' as const, text })),
    { type: 'finished', state: 'done' },
  ];
  return events.map((event) => ({ at, ...event }) as RunEvent);
}

/** When it happened is not told on the page of a file. */
const at = new Date(0).toISOString();

function taskEvents(task: TaskState): UnstampedRunEvent[] {
  const { name, samplesDone, samplesTotal, scores, standardErrors, layerStandardErrors } = task;
  if (scores.length === 0) return [];
  const { stability, layerScores, layerIntervals, selection, certainty } = task;
  return [
    {
      ...{ type: 'scores', task: name, samplesDone, samplesTotal },
      scores: [...scores],
      standardErrors: [...standardErrors],
      layerStandardErrors: [...layerStandardErrors],
      ...(layerScores === undefined ? {} : { layerScores: [...layerScores] }),
    },
    ...(stability === undefined
      ? []
      : [
          {
            ...{ type: 'stability' as const, task: name, ...stability },
            ...(layerIntervals === undefined ? {} : { intervals: layerIntervals }),
            ...(selection === undefined ? {} : { selection }),
          },
        ]),
    ...(certainty === undefined ? [] : [{ type: 'looked' as const, task: name, certainty }]),
  ];
}

/** Events of a page that has nothing to show but what is wrong with its file. */
export const errorEvents = (file: string, error: NonNullable<RunState['error']>): RunEvent[] => [
  { at, type: 'started', job: 'score', experiment: file, tasks: [] },
  { at, type: 'finished', state: 'failed', error },
];

/**
 * A run's tasks with their scores in the order of other modules.
 *
 * @returns none where one of the modules has no score
 */
export function tasksOn(modules: readonly Module[], run: RunState): TaskState[] {
  const places = new Map(run.modules.map(({ path }, place) => [path, place]));
  const order = modules.map(({ path }) => places.get(path));
  if (order.some((place) => place === undefined)) return [];
  const pick = (values: readonly number[]): number[] => order.map((place) => values[place ?? 0] ?? 0);
  return run.tasks
    .filter(({ scores }) => scores.length === run.modules.length)
    .map((task) => ({
      ...task,
      scores: pick(task.scores),
      standardErrors: pick(task.standardErrors),
    }));
}
