import type { RunEvent } from './runEvents';

/**
 * What a run did since it last began or was resumed: an end that stands before that is over and does not count.
 * @param events all of a run, or those that begin and end it
 */
export const lastLeg = (events: readonly RunEvent[]): readonly RunEvent[] =>
  events.slice(events.findLastIndex(({ type }) => type === 'resumed') + 1);

/** Whether a run has come to its end, and has not been resumed since. */
export const hasEnded = (events: readonly RunEvent[]): boolean =>
  lastLeg(events).some(({ type }) => type === 'finished');

/** Whether an event is one of those that say whether a run began, went on and ended. */
export const isBound = ({ type }: RunEvent): boolean =>
  type === 'started' || type === 'resumed' || type === 'finished';
