import type { RunState } from '../../../src/shared/runState';
import { bestSearched, pointWords } from '../../../src/shared/searchWords';
import type { TrialState } from '../../../src/shared/trialState';

/** Trials that differ in the seed alone. */
export interface Design {
  /** What their names have in common; empty where nothing but seeds is trained. */
  readonly id: string;
  readonly label: string;
  readonly trials: readonly TrialState[];
  readonly isBest: boolean;
  readonly isNewest: boolean;
}

/** What the lines of a run's trials are made from. */
export type TrainingOfPage = Pick<RunState, 'trials' | 'search' | 'searched' | 'searchEnd'>;

/** The designs of a run's trials, in the order in which they began. */
export function designsOf(run: TrainingOfPage): Design[] {
  const groups = new Map<string, TrialState[]>();
  for (const trial of run.trials) {
    const id = designOf(trial.name);
    groups.set(id, [...(groups.get(id) ?? []), trial]);
  }
  const newest = [...groups.keys()].at(-1);
  const best = bestSearched(run);
  return [...groups].map(([id, trials]) => ({
    ...{ id, trials, label: labelOf(id, run.searched) },
    ...{ isBest: best !== undefined && id === `trial-${best.number}`, isNewest: id === newest },
  }));
}

/** A trial's name without its seed. */
const designOf = (name: string): string => name.replace(/-?seed--?\d+$/, '');

function labelOf(id: string, searched: RunState['searched']): string {
  const number = /^trial-(\d+)$/.exec(id)?.[1];
  if (number === undefined) return id === '' ? 'the plan' : id;
  const point = searched.find((trial) => trial.number === Number(number))?.point;
  const words = point === undefined ? '' : `: ${pointWords(point)}`;
  return `trial ${Number(number) + 1}${words}`;
}
