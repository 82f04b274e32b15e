import type { PlanFile, PlanTotals } from '../shared/planFile';
import { attentionRoles, type PlannedModule } from '../shared/words';
import { adapterForm, planParameters } from './parameters';
import { summaryOf } from './planSummary';
import type { AllocationRequest } from './problem';

/**
 * A plan whose MLP modules have another rank than its attention, at the scale alpha / rank that they had; locked rows stay.
 * What the plan takes is counted again: it may exceed the limits that it kept.
 */
export function withMlpRank(
  planFile: PlanFile,
  { modules, budget, form, method }: AllocationRequest,
  rank: number,
): PlanFile {
  const roles = new Map(modules.map((module) => [module.path, module]));
  const changed = (path: string, row: PlannedModule): PlannedModule => {
    const module = roles.get(path);
    if (module === undefined || attentionRoles.includes(module.role) || row.locked === true) return row;
    return { ...row, rank, alpha: (row.alpha * rank) / row.rank };
  };
  const rows = Object.entries(planFile.plan.modules).map(
    ([path, row]) => [path, changed(path, row)] as const,
  );
  const plan = { ...planFile.plan, modules: Object.fromEntries(rows) };
  const totals: PlanTotals = {
    ...planFile.totals,
    parameters: planParameters(plan, modules, form ?? adapterForm(method)),
  };
  const locked = rows.filter(([, row]) => row.locked === true).length;
  return { ...planFile, plan, totals, summary: summaryOf({ modules, budget }, plan, totals, locked) };
}
