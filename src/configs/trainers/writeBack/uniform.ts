import type { RankAndAlpha } from '../../../peft/config';
import { isUniform } from './rankChanges';
import { numbers, parametersOf, signed, span, type WantedModule } from './wantedModules';

type Modules = ReadonlyMap<string, WantedModule>;

/** One rank and alpha for all: theirs where they have the same; else, with it, the adapter has as nearly as many parameters as planned as it can have. */
export function nearestUniform(modules: Modules): RankAndAlpha {
  const [first] = modules.values();
  if (first && isUniform(modules)) return { rank: first.rank, alpha: first.alpha };
  const perRank = [...modules.values()].reduce((sum, { matrix }) => sum + numbers(matrix, 1), 0);
  const rank = Math.max(1, Math.round(parametersOf(modules.values()) / perRank));
  const share = (one: WantedModule): number => (one.alpha / one.rank) * numbers(one.matrix, 1);
  const scale = [...modules.values()].reduce((sum, one) => sum + share(one), 0) / perRank;
  // A mean of equal numbers is not always that number.
  return { rank, alpha: Number((scale * rank).toPrecision(10)) };
}

/** What is lost by it, in numbers. */
export function uniformLosses(modules: Modules, { rank, alpha }: RankAndAlpha): string[] {
  const all = [...modules.values()];
  const others = all.filter((module) => module.rank !== rank);
  const scales = all.map((module) => module.alpha / module.rank);
  const change = all.reduce((sum, { matrix }) => sum + numbers(matrix, rank), 0) - parametersOf(all);
  const losses: string[] = [];
  if (others.length > 0) {
    losses.push(
      `Ranks ${span(all.map((module) => module.rank))} become ${rank} everywhere: ${others.length} of ${all.length} modules ` +
        `get another capacity, ${signed(change)} parameters.`,
    );
  }
  if (scales.some((scale) => Math.abs(scale - alpha / rank) > 1e-6 * scale))
    losses.push(`Scales (alpha / rank) of ${span(scales)} become ${span([alpha / rank])} everywhere.`);
  return losses;
}
