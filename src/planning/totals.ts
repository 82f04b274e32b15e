import { LabError } from '../shared/errors';
import type { PlanFile, PlanTotals } from '../shared/planFile';
import type { Module, Plan, PlannedModule } from '../shared/words';
import type { Limits } from './budget';
import { planParameters, type AdapterForm } from './parameters';
import type { Problem, Rows } from './problem';

/** The plan stage: a method's rows and the locked ones, in the order of the modules, with what they share. */
export function planOf(problem: Problem, rows: Rows): PlanFile['plan'] {
  const { request, locked } = problem;
  const modules: Record<string, PlannedModule> = {};
  for (const { path } of request.modules) {
    const row = Object.hasOwn(locked, path) ? locked[path] : rows.get(path);
    if (row !== undefined) modules[path] = { ...row };
  }
  const shared = problem.sharing(problem, modules);
  return { modules, shared: shared.map((tensor) => ({ ...tensor, members: [...tensor.members] })) };
}

/** What a plan takes of each limit, locked rows included. */
export const totalsOf = ({ request, form }: Problem, plan: Plan): PlanTotals =>
  planTotals(plan, request.modules, form);

/** What a plan takes on a model's modules; rows of other paths count nothing. */
export function planTotals(plan: Plan, modules: readonly Module[], form: AdapterForm): PlanTotals {
  const adapted = modules.filter(({ path }) => (plan.modules[path]?.experts ?? 0) > 0);
  return {
    parameters: planParameters(plan, modules, form),
    experts: adapted.reduce((sum, { path }) => sum + (plan.modules[path]?.experts ?? 0), 0),
    modules: adapted.length,
    layers: new Set(adapted.map(({ layer }) => layer)).size,
  };
}

export const within = (totals: PlanTotals, limits: Limits): boolean =>
  totals.layers <= limits.layers &&
  totals.experts <= limits.experts &&
  totals.parameters <= limits.parameters;

/**
 * The rows of a plan with nothing but what is locked, for where nothing else keeps the budget.
 *
 * @throws LabError `budget-too-small` where that is no plan, or too much itself
 */
export function lockedAlone(problem: Problem): Rows {
  const { limits, lockedLayers, candidates } = problem;
  const totals = totalsOf(problem, planOf(problem, new Map()));
  if (!within(totals, limits)) {
    throw new LabError(
      'budget-too-small',
      `The locked modules alone take ${totals.layers} layers, ${totals.experts} experts and ${totals.parameters} parameters, more than the budget.`,
      'Raise the budget or unlock some modules.',
    );
  }
  if (lockedLayers.size > 0 || candidates.length === 0) return new Map();
  const named = [
    `${limits.layers} layers`,
    ...(Number.isFinite(limits.experts) ? [`${limits.experts} experts`] : []),
    ...(Number.isFinite(limits.parameters)
      ? [`${limits.parameters.toLocaleString('en-US')} parameters`]
      : []),
  ];
  throw new LabError(
    'budget-too-small',
    `Not even the smallest plan keeps the budget of ${named.join(' and ')}.`,
    'Raise the budget, lower adapter.rank or name fewer targets.',
  );
}
