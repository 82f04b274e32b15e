import type { RunState } from '../../../src/shared/runState';
import { bestSearched, pointWords } from '../../../src/shared/searchWords';
import { designName, type TrialState } from '../../../src/shared/trialState';
import type { ArmName } from '../../../src/shared/verdict';
import { armTitles } from '../../../src/shared/verdictWords';

/** Trials that differ in the seed alone. */
export interface Design {
  /** What their names have in common; empty where nothing but seeds is trained. */
  readonly id: string;
  readonly label: string;
  readonly trials: readonly TrialState[];
  readonly isBest: boolean;
  readonly isNewest: boolean;
  /** Of a verdict: the plan or one of its controls, which are there to be seen side by side. */
  readonly isArm: boolean;
}

/** What the lines of a run's trials are made from. */
export type TrainingOfPage = Pick<RunState, 'trials' | 'search' | 'searched' | 'searchEnd'>;

/** The designs of a run's trials, in the order in which they began. */
export function designsOf(run: TrainingOfPage): Design[] {
  const groups = new Map<string, TrialState[]>();
  for (const trial of run.trials) {
    const id = designName(trial.name);
    groups.set(id, [...(groups.get(id) ?? []), trial]);
  }
  const newest = [...groups.keys()].at(-1);
  const best = bestSearched(run);
  return [...groups].map(([id, trials]) => ({
    ...{ id, trials, label: labelOf(id, run.searched) },
    ...{ isBest: best !== undefined && id === `trial-${best.number}`, isArm: isArm(id) },
    isNewest: id === newest && !isArm(id),
  }));
}

const isArm = (id: string): id is ArmName => Object.hasOwn(armTitles, id);

function labelOf(id: string, searched: RunState['searched']): string {
  if (isArm(id)) return armTitles[id];
  const number = /^trial-(\d+)$/.exec(id)?.[1];
  if (number === undefined) return id === '' ? 'the plan' : id;
  const point = searched.find((trial) => trial.number === Number(number))?.point;
  const words = point === undefined ? '' : `: ${pointWords(point)}`;
  return `trial ${Number(number) + 1}${words}`;
}
