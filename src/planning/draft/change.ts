import { isDeepStrictEqual } from 'node:util';
import type { BudgetChange, DraftChange } from '../../shared/draft';
import { budgetWords } from '../planSummary';
import { changeRows } from './changeRows';
import { budgetIn, budgetOf, changedBudget } from './draftBudget';
import type { DraftFrame, DraftState } from './frame';
import { reallocate } from './reallocate';

/** A change that makes another plan, rather than going back to one. */
export type PlanChange = Extract<DraftChange, { change: 'rows' | 'allocate' }>;

/**
 * A draft after a change; the very same where it comes to nothing.
 *
 * @throws LabError with the reason why the change is refused
 */
export function changed(frame: DraftFrame, state: DraftState, change: PlanChange): DraftState {
  const next =
    change.change === 'rows'
      ? { ...state, plan: changeRows(frame, state.plan, change.rows), byHand: true }
      : reallocate(frame, state, change.method, budgetAfter(frame, state, change.budget));
  const isSame =
    isDeepStrictEqual(next.plan, state.plan) &&
    (change.change === 'rows' || isDeepStrictEqual({ ...next, plan: 0 }, { ...state, plan: 0 }));
  return isSame ? state : next;
}

/** A change in words, for undo and redo. */
export function labelOf(change: PlanChange): string {
  if (change.change === 'rows') return change.label;
  const { layers, parameters, experts, megabytes } = change.budget ?? {};
  const limits = { layers, parameters, experts, megabytes };
  const set = budgetWords(changedBudget({}, limits));
  const off = Object.entries(limits).flatMap(([limit, value]) => (value === null ? [limit] : []));
  const words = [
    ...(set === '' ? [] : [` under ${set}`]),
    ...(off.length === 0 ? [] : [` without a limit on ${off.join(', ')}`]),
  ];
  return `allocation by ${change.method}${words.join(',')}`;
}

const budgetAfter = (
  frame: DraftFrame,
  state: DraftState,
  change: BudgetChange | undefined,
): DraftState['budget'] =>
  change ? budgetIn(frame, changedBudget(budgetOf(frame, state), change)) : state.budget;
