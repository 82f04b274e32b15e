import type { BudgetChange } from '../../shared/draft';
import { isSameBudget } from '../../shared/sameBudget';
import type { Budget } from '../../shared/words';
import type { DraftFrame, DraftState } from './frame';

/** The limits that a draft is held to. */
export const budgetOf = ({ design }: DraftFrame, { budget }: Pick<DraftState, 'budget'>): Budget =>
  budget ?? design.budget;

/** A budget as a draft has it: undefined where it is the experiment's own. */
export const budgetIn = ({ design }: DraftFrame, budget: Budget | undefined): Budget | undefined =>
  budget === undefined || isSameBudget(budget, design.budget) ? undefined : budget;

/** A budget with some of its limits changed; the others stay as they were told. */
export function changedBudget(budget: Budget, change: BudgetChange): Budget {
  const limits = Object.entries({ ...budget, ...change });
  return Object.fromEntries(limits.filter(([, limit]) => limit !== undefined && limit !== null));
}
