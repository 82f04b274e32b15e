import type { AdaptedModule } from '../../adapters/adapted';
import type { Experiment } from '../../configs/experiment/experiment';
import type { TrialAdapter } from '../../shared/runEvents';
import type { Module } from '../../shared/words';

/** Digits of a share that are told: pages print a tenth of a percent, and a journal has one for each expert of each module. */
const shareDigits = 4;

/** What a trial tells of the adapter that it trains. @param modules of the model, in its order */
export function trialAdapter(
  { method, lily }: Pick<Experiment, 'method' | 'lily'>,
  adapted: readonly AdaptedModule[],
  modules: readonly Module[],
): TrialAdapter {
  const ranks = new Map(adapted.map(({ module, rank }) => [module.path, rank]));
  return {
    method,
    ranks: modules.map(({ path }) => ranks.get(path) ?? 0),
    ...(method === 'lily' ? { sharing: { strideA: lily.strideA, numB: lily.numB } } : {}),
  };
}

/** Routers' loads as a journal has them: in the order of the model's modules, rounded; undefined where nothing was routed. */
export function toldRouters(
  loads: Readonly<Record<string, readonly number[]>> = {},
  modules: readonly Module[],
): number[][] | undefined {
  if (Object.keys(loads).length === 0) return undefined;
  return modules.map(({ path }) => (loads[path] ?? []).map((share) => Number(share.toFixed(shareDigits))));
}

/** Ranks as a journal has them: in the order of the model's modules. */
export const toldRanks = (ranks: Readonly<Record<string, number>>, modules: readonly Module[]): number[] =>
  modules.map(({ path }) => ranks[path] ?? 0);
