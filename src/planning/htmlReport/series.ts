import type { RunState } from '../../shared/runState';
import { bestSearched } from '../../shared/searchWords';
import type { TrialState } from '../../shared/trialState';
import { armNames } from '../../shared/verdict';
import { armTitles } from '../../shared/verdictWords';

/** A trial as a curve: to whom it belongs is told by color, dashes and marks alike. */
export interface Series {
  readonly trial: TrialState;
  /** Its place in the legend; undefined for one of many that are not told apart. */
  readonly kind: number | undefined;
}

export interface Curves {
  readonly series: readonly Series[];
  /** Names by kind. */
  readonly legend: readonly string[];
  /** What the curves that are not told apart are; undefined where there are none. */
  readonly others: string | undefined;
}

/** As many as can be told apart. */
export const mostKinds = 6;

/** The trials of a run that have something to draw: by arm where a plan is judged, by name where they are few, else the best alone. */
export function curvesOf(state: RunState): Curves {
  const trials = state.trials.filter(
    ({ points, evaluations }) => points.length > 0 || evaluations.length > 1,
  );
  const judged = trials.map(({ name }) => armOf(name));
  if (state.verdict !== undefined && judged.some((arm) => arm !== undefined)) {
    const arms = armNames.filter((arm) => judged.includes(arm));
    const series = trials.flatMap((trial, at) => {
      const arm = judged[at];
      return arm === undefined ? [] : [{ trial, kind: arms.indexOf(arm) }];
    });
    return { series, legend: arms.map((arm) => armTitles[arm]), others: undefined };
  }
  const best = bestSearched(state);
  const isBest = ({ name }: TrialState): boolean =>
    best !== undefined && name.startsWith(`trial-${best.number}-`);
  if (state.searched.length > 0 && trials.some(isBest)) {
    return {
      series: trials.map((trial) => ({ trial, kind: isBest(trial) ? 0 : undefined })),
      legend: [`trial ${(best?.number ?? 0) + 1}, the best`],
      others: trials.every(isBest) ? undefined : 'other trials',
    };
  }
  if (trials.length <= mostKinds) {
    return {
      series: trials.map((trial, kind) => ({ trial, kind })),
      legend: trials.map(({ name }) => name),
      others: undefined,
    };
  }
  return {
    series: trials.map((trial) => ({ trial, kind: undefined })),
    legend: [],
    others: `${trials.length} trials`,
  };
}

/** The arm that a trial of a judged run trains, by its name: `all-layers-seed-2`. */
export const armOf = (name: string): (typeof armNames)[number] | undefined =>
  armNames.find((arm) => name === arm || name.startsWith(`${arm}-`));
