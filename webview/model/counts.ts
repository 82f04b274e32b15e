import { activityOf } from '../../src/shared/activity';
import { formatCount } from '../../src/shared/format';
import type { RunState } from '../../src/shared/runState';
import type { TrialState } from '../../src/shared/trialState';
import { judgedTrainings } from '../../src/shared/verdictWords';

/** How far something is: samples of a task, trials of a search, or steps of a trial. */
export interface Count {
  readonly name: string;
  readonly done: number;
  /** 0 = not known yet. */
  readonly total: number;
  /** Fewer may be enough. */
  readonly atMost?: boolean;
  readonly unit: string;
}

/** Of each trial of a training, of a verdict's or a search's and its last one, or of each task of a score. */
export function countsOf(run: RunState): Count[] {
  const { job, tasks, trials, untilSure, search, searched, verdict } = run;
  if (job === 'train') return trials.map(stepsOf);
  if (activityOf(run) === 'judging') return judgedCounts(verdict, trials.at(-1));
  if (search !== undefined) {
    const ended = searched.filter(({ state }) => state !== 'proposed' && state !== 'running').length;
    const last = trials.at(-1);
    return [
      { name: 'Trials', done: ended, total: search.trials, unit: 'trials' },
      ...(last === undefined ? [] : [{ ...stepsOf(last), name: 'Steps of the trial' }]),
    ];
  }
  return tasks.map(({ name, samplesDone, samplesTotal, certainty }) => ({
    ...{ name, done: samplesDone, total: samplesTotal, unit: 'samples' },
    atMost: untilSure !== undefined && certainty?.sure !== true,
  }));
}

function judgedCounts(verdict: RunState['verdict'], last: TrialState | undefined): Count[] {
  const { done, most } = verdict === undefined ? { done: 0, most: 0 } : judgedTrainings(verdict);
  return [
    { name: 'Trainings', done, total: most, atMost: verdict?.isOver === false, unit: 'trainings' },
    ...(last === undefined ? [] : [{ ...stepsOf(last), name: 'Steps of the training' }]),
  ];
}

const stepsOf = ({ name, step, steps }: TrialState): Count => ({
  ...{ name, done: step, total: steps, unit: 'steps' },
});

/** `96 / at most 1,000 samples` */
export const countText = ({ done, total, unit, atMost = false }: Count): string =>
  total > 0 ? `${formatCount(done)} / ${atMost ? 'at most ' : ''}${formatCount(total)} ${unit}` : 'waiting';
