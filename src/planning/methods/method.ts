import type { Problem, Rows, Sharing } from '../problem';

/**
 * One way to a plan, a choice for each of its stages: score and smooth (which numbers, one or several a module), normalize
 * (within which group), and round under the budget; `totals.ts` makes the plan of what comes out.
 */
export interface Method {
  /** Without scores a method goes by shapes and depth alone. */
  readonly needsScores: boolean;
  /** What each module gets; undefined where not even the least keeps the budget. */
  readonly round: (problem: Problem) => Rows | undefined;
  /** Which tensors modules share; none where absent. */
  readonly sharing?: Sharing;
}
