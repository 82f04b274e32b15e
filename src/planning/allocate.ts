import { LabError } from '../shared/errors';
import type { PlanFile, PlanTotals } from '../shared/planFile';
import type { AllocationMethod, Module, PlannedModule } from '../shared/words';
import { floe } from './methods/floe';
import { proportional } from './methods/proportional';
import { uniform } from './methods/uniform';
import { adapterForm, planParameters } from './parameters';
import { planSummary } from './planSummary';
import { stateProblem, type AllocationRequest, type Problem, type Shares } from './problem';

interface MethodEntry {
  readonly allocate: (problem: Problem) => Shares;
  readonly needsScores: boolean;
}

const methods: Partial<Record<AllocationMethod, MethodEntry>> = {
  floe: { allocate: floe, needsScores: true },
  proportional: { allocate: proportional, needsScores: true },
  uniform: { allocate: uniform, needsScores: false },
};

/** The methods that exist today, of all those that files may name. */
export const availableMethods = Object.keys(methods) as readonly AllocationMethod[];

/**
 * Makes a plan from scores. Pure: the same request always gives the same plan, rows in the order of the modules. Only
 * modules with experts are listed, and the locked rows exactly as they came in; both count against the budget.
 *
 * @throws LabError `method-unavailable`, `scores-invalid`, `option-invalid` or `budget-too-small`
 */
export function allocate(request: AllocationRequest): PlanFile {
  const { method, modules, adapter, budget } = request;
  const entry = methods[method];
  if (!entry) {
    throw new LabError(
      'method-unavailable',
      `The method "${method}" is not built yet.`,
      `Use one of: ${availableMethods.join(', ')}.`,
    );
  }
  const problem = stateProblem(request);
  if (entry.needsScores && !problem.scored) {
    throw new LabError(
      'scores-invalid',
      `Every score is 0, so the method "${method}" cannot prefer any layer.`,
      'Score the layers again, with more samples or other data.',
    );
  }
  const shares = entry.allocate(problem);
  const locked = request.locked ?? {};
  const rows = modules.flatMap((module): [Module, PlannedModule][] => {
    const experts = shares.get(module.path) ?? 0;
    const row = Object.hasOwn(locked, module.path)
      ? locked[module.path]
      : experts > 0
        ? { rank: adapter.rank, alpha: adapter.alpha, experts }
        : undefined;
    return row ? [[module, row]] : [];
  });
  const plan = { modules: Object.fromEntries(rows.map(([{ path }, row]) => [path, { ...row }])), shared: [] };
  const adapted = rows.filter(([, row]) => row.experts > 0);
  const kept = [...new Set(adapted.map(([{ layer }]) => layer))].sort((a, b) => a - b);
  const totals: PlanTotals = {
    parameters: planParameters(plan, modules, request.form ?? adapterForm(method)),
    experts: adapted.reduce((sum, [, row]) => sum + row.experts, 0),
    modules: adapted.length,
    layers: kept.length,
  };
  const layers = problem.layerScores.length;
  const summary = planSummary(kept, layers, budget, totals, Object.keys(locked).length);
  return { version: 1, method, plan, totals, summary };
}
