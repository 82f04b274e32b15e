import { LabError } from '../shared/errors';
import type { PlanFile } from '../shared/planFile';
import type { AllocationMethod } from '../shared/words';
import { depthGroups, depthLinear } from './methods/byDepth';
import { eva } from './methods/eva';
import { floe } from './methods/floe';
import { lily } from './methods/lily';
import { loraSmoe } from './methods/loraSmoe';
import type { Method } from './methods/method';
import { proportional } from './methods/proportional';
import { uniform } from './methods/uniform';
import { summaryOf } from './planSummary';
import { stateProblem, type AllocationRequest } from './problem';
import { lockedAlone, planOf, totalsOf } from './totals';

const methods: Readonly<Record<AllocationMethod, Method>> = {
  floe,
  'lora-smoe': loraSmoe,
  lily,
  proportional,
  eva,
  uniform,
  'depth-linear': depthLinear,
  'depth-groups': depthGroups,
};

/** Whether a method prefers modules by their scores; the others go by shapes, depth, or what else a score file has. */
export const needsScores = (method: AllocationMethod): boolean => methods[method].needsScores;

/**
 * Makes a plan from scores. Pure: the same request always gives the same plan, rows in the order of the modules. Only
 * modules with experts are listed, and the locked rows exactly as they came in; both count against the budget.
 *
 * @throws LabError `method-unavailable` where the scores lack what the method goes by, `scores-invalid`, `option-invalid` or
 *   `budget-too-small`
 */
export function allocate(request: AllocationRequest): PlanFile {
  const { method } = request;
  const { round, sharing } = methods[method];
  const problem = stateProblem(request, sharing ?? (() => []));
  if (needsScores(method) && !problem.scored) {
    throw new LabError(
      'scores-invalid',
      `Every score is 0, so the method "${method}" cannot prefer any layer.`,
      'Score the layers again, with more samples or other data.',
    );
  }
  const rows = round(problem);
  const plan = planOf(problem, rows !== undefined && rows.size > 0 ? rows : lockedAlone(problem));
  const totals = totalsOf(problem, plan);
  const locked = Object.keys(problem.locked).length;
  return {
    version: 1,
    method,
    plan,
    totals,
    summary: summaryOf(request, plan, totals, locked),
  };
}
