import { pointKey, type Candidate } from './space';
import type { SearchTrial, Study } from './study';
import type { StudySettings } from './studyEvents';

/**
 * What the search improves: the metric less λ · (trainable parameters / budget), where the budget is the space's limit, else
 * the most that a point of it costs. Where the metric is to be small, the size is added to it.
 */
export function objectiveOf({ objective, space }: StudySettings, value: number, cost: number): number {
  const budget = space.costLimit ?? Math.max(...space.costs);
  const size = budget > 0 ? (objective.sizeWeight * cost) / budget : 0;
  return value - signOf(objective) * size;
}

/** 1 where more is better, −1 where less is: the proposers only maximize. */
export const signOf = ({ direction }: StudySettings['objective']): 1 | -1 =>
  direction === 'maximize' ? 1 : -1;

/**
 * Mean of the metric over the seeds told so far. A trial that was stopped early counts with the best it had reached,
 * which is less than it might have come to: enough for the search to look elsewhere.
 *
 * @returns undefined where nothing was measured, and for failed trials
 */
export function trialValue({ settings }: Study, trial: SearchTrial): number | undefined {
  const { state, values } = trial;
  if (state === 'failed') return undefined;
  if (values.length > 0) return values.reduce((sum, { value }) => sum + value, 0) / values.length;
  const reached = trial.curve.map(({ value }) => value).filter(Number.isFinite);
  if (state !== 'pruned' || reached.length === 0) return undefined;
  return settings.objective.direction === 'maximize' ? Math.max(...reached) : Math.min(...reached);
}

/** The objective of a trial, as `trialValue` has the metric. */
export function trialObjective(study: Study, trial: SearchTrial): number | undefined {
  const value = trialValue(study, trial);
  return value === undefined ? undefined : objectiveOf(study.settings, value, trial.cost);
}

/** One evaluation as the proposers see it; more `merit` is better. */
export interface Evaluation {
  readonly trial: number;
  readonly candidate: Candidate;
  readonly merit: number;
}

/** All evaluations in the order of the trials; one for each seed of those that are done. */
export function evaluationsOf(study: Study): Evaluation[] {
  const { settings, trials, candidates } = study;
  const byKey = new Map(candidates.map((candidate) => [candidate.key, candidate]));
  return trials.flatMap((trial) => {
    const candidate = byKey.get(pointKey(settings.space.dimensions, trial.point));
    const value = trialValue(study, trial);
    if (candidate === undefined || value === undefined) return [];
    const values = trial.state === 'done' ? trial.values.map((told) => told.value) : [value];
    return values.map((one) => ({
      ...{ trial: trial.number, candidate },
      merit: signOf(settings.objective) * objectiveOf(settings, one, trial.cost),
    }));
  });
}
