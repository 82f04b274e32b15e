import { join } from 'node:path';
import { JournalTail } from '../../files/journalTail';
import { runFiles } from '../../files/runs';
import { runEventSchema, type RunEvent } from '../../shared/runEvents';
import { Emitter } from '../emitter';

/** News of a run: `restart` means that everything before is void. */
export interface RunNews {
  readonly restart: boolean;
  readonly events: readonly RunEvent[];
}

/** A growing journal is looked at this often, one that rests less often. */
const intervals = { growing: 200, resting: 1000 };
const restAfter = 10;

/**
 * Follows a run's journal. The engine's hint that it has grown makes it look at once; looking every now and then besides
 * finds what is written where no hint comes from: by another window, the command line, another machine.
 */
export class RunFollower {
  private readonly news = new Emitter<RunNews>();
  private readonly failures = new Emitter<unknown>();
  readonly onNews = this.news.event;
  /** A line that cannot be read; told once, and the following ends there. */
  readonly onFailure = this.failures.event;

  private readonly tail: JournalTail;
  private generation = 0;
  private quiet = 0;
  private timer: NodeJS.Timeout | undefined;
  private over = false;

  constructor(readonly run: string) {
    this.tail = new JournalTail(join(run, runFiles.events));
  }

  /** Reads what there is now and tells of it, then of whatever follows. */
  async start(): Promise<void> {
    await this.look();
    this.schedule();
  }

  /** Looks at once. */
  async look(): Promise<void> {
    if (this.over) return;
    try {
      const events = (await this.tail.read()).map((value) => runEventSchema.parse(value));
      const restart = this.tail.generation !== this.generation;
      this.generation = this.tail.generation;
      this.quiet = events.length > 0 ? 0 : this.quiet + 1;
      // Disposed while it was reading: whoever followed is gone.
      if (!this.over && (restart || events.length > 0)) this.news.fire({ restart, events });
    } catch (thrown) {
      if (this.over) return;
      this.dispose();
      this.failures.fire(thrown);
    }
  }

  dispose(): void {
    this.over = true;
    clearTimeout(this.timer);
  }

  private schedule(): void {
    if (this.over) return;
    const interval = this.quiet < restAfter ? intervals.growing : intervals.resting;
    this.timer = setTimeout(() => void this.look().then(() => this.schedule()), interval);
  }
}
