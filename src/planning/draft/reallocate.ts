import { scaledAlpha } from '../../shared/alpha';
import { LabError } from '../../shared/errors';
import type { AllocationMethod, Budget, Plan } from '../../shared/words';
import { allocate } from '../allocate';
import { planRequest, requestOver, trainsExperts } from '../planRequest';
import type { AllocationRequest } from '../problem';
import { budgetOf } from './draftBudget';
import type { DraftFrame, DraftState } from './frame';
import { reasonAgainst } from './methodChoices';

/**
 * A draft allocated anew: by a method, under a budget, from the scores of its frame. Rows that are locked stay as they are.
 *
 * @throws LabError `method-unavailable`, and what `allocate` throws
 */
export function reallocate(
  frame: DraftFrame,
  { plan: before }: Pick<DraftState, 'plan'>,
  method: AllocationMethod,
  budget: DraftState['budget'],
): DraftState {
  const reason = reasonAgainst(method, frame);
  if (reason !== undefined) {
    throw new LabError(
      'method-unavailable',
      `The method ${method} cannot be used here. ${reason}`,
      'Choose another method.',
    );
  }
  const { plan } = allocate(allocationRequest(frame, before, method, budgetOf(frame, { budget })));
  return { plan: frame.rankStabilized ? stabilized(frame, plan) : plan, budget, method, byHand: false };
}

/** What is asked for when a frame's modules are allocated anew. @param plan whose locked rows are kept */
export function allocationRequest(
  { design, modules, scores }: DraftFrame,
  plan: Plan,
  method: AllocationMethod,
  budget: Budget,
): AllocationRequest {
  const wanted = { ...design, budget, plan };
  const request =
    scores.length > 0 ? planRequest(wanted, scores) : { ...requestOver(wanted, modules), scores: [] };
  // What trains one adapter a module is given none more, whatever the method would.
  const most = trainsExperts(design.method) ? {} : { maxExperts: 1 };
  return { ...request, method, options: { ...request.options, ...most } };
}

/** Methods that vary ranks have alpha go with them, which keeps α/r; rsLoRA's scale is α/√r. */
function stabilized({ design: { adapter } }: DraftFrame, plan: Plan): Plan {
  const rows = Object.entries(plan.modules).map(([path, row]) => [
    path,
    row.locked ? row : { ...row, alpha: scaledAlpha(adapter, row.rank, true) },
  ]);
  return { ...plan, modules: Object.fromEntries(rows) as Plan['modules'] };
}
