import type { Experiment } from '../../configs/experiment/experiment';
import { isTargeted } from '../../peft/patterns';
import { budgetLimits } from '../../planning/budget';
import { adapterForm, moduleParameters, planParameters } from '../../planning/parameters';
import { scaledAlpha } from '../../shared/alpha';
import { formatCount, formatScore, formatShare } from '../../shared/format';
import type { Module, Plan } from '../../shared/words';
import { largestOf } from '../../shared/largestOf';

/** What a rank would come to. */
export interface RankChoice {
  readonly rank: number;
  /** `1.2 M parameters, 84 % of the budget`; absent where the model is not known. */
  readonly costs: string | undefined;
}

const usual = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** The ranks that are offered, rising; what is written now among them. */
export const ranksAround = (current: number, more: readonly number[] = []): number[] =>
  [...new Set([...usual, ...more, current])].sort((a, b) => a - b);

/** What a rank of `adapter` comes to where every target gets an adapter, which is the most that a plan can take. */
export function adapterCosts(
  experiment: Experiment,
  modules: readonly Module[],
  rank: number,
): string | undefined {
  const { targets, experts } = experiment.adapter;
  const form = adapterForm(experiment.method);
  const adapted = modules.filter(({ path }) => isTargeted(path, { target_modules: targets }));
  if (adapted.length === 0) return undefined;
  const each = form === 'lora' || form === 'svd' ? 1 : experts;
  const sum = adapted.reduce(
    (total, module) => total + moduleParameters(module, { rank, experts: each }, form),
    0,
  );
  return `${formatCount(sum)} parameters on all ${adapted.length} targets${ofBudget(sum, experiment, modules)}`;
}

/** A plan with another rank in one row; its alpha goes along, so that what the update is scaled by stays. */
export function withRank(plan: Plan, path: string, rank: number): Plan {
  const row = plan.modules[path];
  if (!row) return plan;
  return { ...plan, modules: { ...plan.modules, [path]: { ...row, rank, alpha: scaledAlpha(row, rank) } } };
}

/** What a plan comes to with another rank in one row. */
export function rowCosts(
  experiment: Experiment,
  plan: Plan,
  modules: readonly Module[],
  path: string,
  rank: number,
): string | undefined {
  if (!modules.some((module) => module.path === path)) return undefined;
  const sum = planParameters(withRank(plan, path, rank), modules, adapterForm(experiment.method));
  return `${formatCount(sum)} parameters in all${ofBudget(sum, experiment, modules)}`;
}

function ofBudget(parameters: number, { budget }: Experiment, modules: readonly Module[]): string {
  const layers = 1 + Math.max(0, largestOf(modules.map(({ layer }) => layer)));
  const limit = budgetLimits(budget, layers).parameters;
  if (!Number.isFinite(limit)) return '';
  const share = formatShare(parameters / limit);
  return parameters > limit ? `, over the budget (${share})` : `, ${share} of the budget`;
}

/** `α/r 2`: what the update is multiplied with. */
export const scaleText = (scale: number, rankStabilized = false): string =>
  `${rankStabilized ? 'α/√r' : 'α/r'} ${formatScore(scale)}`;
