import { lilyTensors } from '../../../src/shared/lilyTensors';
import type { RunState } from '../../../src/shared/runState';
import type { TrialState } from '../../../src/shared/trialState';
import type { Module, SharedTensor } from '../../../src/shared/words';

/** Modules with an adapter, their ranks, and the tensors that they share. */
export interface Shared {
  /** In the model's order. */
  readonly modules: readonly Module[];
  readonly rankOf: (path: string) => number;
  readonly tensors: readonly SharedTensor[];
}

type Adapter = TrialState['adapter'];

/** What a run shares: as its plan says where it has one that shares, else as its newest trial does; undefined where nothing is. */
export const sharedBy = ({
  plan,
  trials,
  modules,
}: Pick<RunState, 'plan' | 'trials' | 'modules'>): Shared | undefined =>
  sharedOf(plan, newestSharing(trials), modules);

/** The adapter of the newest trial that shares; the very same one for as long as the trial has it. */
export const newestSharing = (trials: readonly TrialState[]): Adapter =>
  trials.filter((trial) => trial.adapter?.sharing !== undefined).at(-1)?.adapter;

/** The same of what it depends on: trials grow with each step. */
export function sharedOf(
  plan: RunState['plan'],
  adapter: Adapter,
  modules: readonly Module[],
): Shared | undefined {
  const planned = plan?.plan;
  if (planned !== undefined && planned.shared.length > 0) {
    const rankOf = (path: string): number => {
      const row = planned.modules[path];
      return row === undefined || row.experts === 0 ? 0 : row.rank;
    };
    return { modules: modules.filter(({ path }) => rankOf(path) > 0), rankOf, tensors: planned.shared };
  }
  if (adapter?.sharing === undefined) return undefined;
  const ranks = new Map(modules.map(({ path }, place) => [path, adapter.ranks[place] ?? 0]));
  const rankOf = (path: string): number => ranks.get(path) ?? 0;
  const adapted = modules.filter(({ path }) => rankOf(path) > 0);
  return { modules: adapted, rankOf, tensors: lilyTensors(adapted, adapter.sharing) };
}
