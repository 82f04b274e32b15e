import type { UnstampedRunEvent } from '../../shared/runEvents';

/** What a trial tells while it goes on. */
export type TrialEvent = Extract<
  UnstampedRunEvent,
  { type: 'trial' | 'step' | 'evaluated' | 'reallocated' | 'again' }
>;
