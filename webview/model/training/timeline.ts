import type { TrialState } from '../../../src/shared/trialState';

/** Where a scrubber stands among the steps that there is something of. */
export interface Timeline {
  /** Ascending. */
  readonly steps: readonly number[];
  /** Place in `steps`. */
  readonly at: number;
  readonly text: string;
}

/**
 * The scrubber at the step that was chosen, or the last one before it where that is none of them; else at the newest, which it
 * then follows.
 */
export function timelineOf(steps: readonly number[], chosen: number | undefined): Timeline {
  const before = chosen === undefined ? steps.length : steps.filter((step) => step <= chosen).length;
  const at = Math.max(0, before - 1);
  const place = at === steps.length - 1 ? 'the newest' : `${at + 1} of ${steps.length}`;
  return { steps, at, text: steps.length === 0 ? 'no step' : `step ${steps[at]}, ${place}` };
}

/** The trial that the reader chose where it is among those with something to show, else the newest of them. */
export const shownTrial = (
  trials: readonly TrialState[],
  chosen: string | undefined,
): TrialState | undefined => trials.find(({ name }) => name === chosen) ?? trials.at(-1);
