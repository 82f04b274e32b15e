import type { RunEvent } from './runEvents';
import { applyEvent } from './applyEvent';
import type { RunState } from './runState';
import { isTrialEvent, TrialsDraft } from './trialDraft';

/** The state after some more events: what `applyEvent` gives for one after the other, in time that grows with their number alone. */
export function replay(before: RunState, events: readonly RunEvent[]): RunState {
  let state = before;
  let trials: TrialsDraft | undefined;
  for (const event of events) {
    if (isTrialEvent(event)) {
      trials ??= new TrialsDraft(state.trials);
      trials.apply(event);
    } else {
      // It forgets all trials.
      if (event.type === 'started') trials = undefined;
      state = applyEvent(state, event);
    }
  }
  return trials === undefined ? state : { ...state, trials: trials.done() };
}
