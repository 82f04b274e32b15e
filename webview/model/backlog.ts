import { replay } from '../../src/shared/replay';
import type { RunEvent } from '../../src/shared/runEvents';
import type { RunState } from '../../src/shared/runState';

/**
 * Events that came since the page was last drawn. Replaying each message by itself copies what it changes for each; all at once,
 * when somebody looks, copies it once. A page that is not drawn, as behind another window, replays when so many have come, so that
 * no more than these are ever held.
 */
export class Backlog {
  private events: RunEvent[] = [];

  constructor(private readonly most = 5000) {}

  /** Takes events of a run. @returns the run with those that were replayed, the very same where none was */
  add(run: RunState, events: readonly RunEvent[]): RunState {
    for (const event of events) this.events.push(event);
    return this.events.length < this.most ? run : this.replayed(run);
  }

  /** The run with everything that came; the very same where nothing did. */
  replayed(run: RunState): RunState {
    if (this.events.length === 0) return run;
    const { events } = this;
    this.events = [];
    return replay(run, events);
  }

  /** What came is of another run. */
  forget(): void {
    this.events = [];
  }
}
