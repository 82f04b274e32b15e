import type { RunEvent } from '../../shared/runEvents';

/**
 * The events without those that a later one makes void: of each task's scores only the last count, so that a page opened on
 * a long run is not sent every batch of it. Replaying gives the same state.
 */
export function compactEvents(events: readonly RunEvent[]): RunEvent[] {
  const seen = new Set<string>();
  return events
    .toReversed()
    .filter((event) => {
      const key = event.type === 'scores' ? event.task : undefined;
      if (event.type === 'started') seen.clear();
      if (key === undefined) return true;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    })
    .toReversed();
}
