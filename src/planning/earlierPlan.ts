import type { RunState } from '../shared/runState';
import { isOnEarlierPlan } from '../shared/verdictWords';

/**
 * That a verdict is not on the plan that a report shows: after a judgement the scores may have been allocated anew. A lock changes
 * nothing that is trained. Undefined where it is on that plan, or where no other one is shown.
 *
 * @param where the plan stands, seen from the verdict
 */
export const earlierPlanWords = (
  state: Pick<RunState, 'plan' | 'verdict'>,
  where: 'above' | 'below',
): string | undefined =>
  isOnEarlierPlan(state)
    ? `This verdict is on an earlier plan of this run, not on the one ${where}.`
    : undefined;
