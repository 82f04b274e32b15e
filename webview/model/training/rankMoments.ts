import { ofModules } from '../../../src/shared/byModule';
import type { Module } from '../../../src/shared/words';
import type { TrialState } from '../../../src/shared/trialState';

/** Ranks of a run's modules at a step, in their order, and what dynamic LoRA weighs its layers by. */
export interface RankMoment {
  readonly step: number;
  readonly ranks: readonly number[];
  readonly weights: Readonly<Record<string, number>>;
}

/** The ranks of a trial each time that some moved, behind those at its start where it tells them. */
export function rankMoments(
  { adapter, reallocations }: Pick<TrialState, 'adapter' | 'reallocations'>,
  modules: readonly Module[],
): RankMoment[] {
  return [
    ...(adapter === undefined ? [] : [{ step: 0, ranks: adapter.ranks, weights: {} }]),
    ...reallocations.map(({ step, ranks, weights }) => ({
      step,
      ranks: ofModules(ranks, modules, 0),
      weights,
    })),
  ];
}

const movingMethods: readonly string[] = ['adalora', 'dynamic-lora'];

/** Why there is no move of rank to show; undefined where there is one, or nobody can tell. */
export function noMoveWords({ adapter, reallocations }: TrialState, isRunning: boolean): string | undefined {
  if (reallocations.length > 0 || adapter === undefined) return undefined;
  if (!movingMethods.includes(adapter.method))
    return `Each module keeps its rank: ${adapter.method} moves none while it trains.`;
  if (isRunning) return 'No rank has moved yet: the method waits for the end of its warm-up.';
  return 'No rank moved in this training: its options or its length left no step for it.';
}
