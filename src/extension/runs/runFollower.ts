import { setTimeout as pause } from 'node:timers/promises';
import { runTail } from '../../files/skim/skimRun';
import type { RunEvent } from '../../shared/runEvents';
import { Emitter } from '../emitter';

/** News of a run: `restart` means that everything before is void. */
export interface RunNews {
  readonly restart: boolean;
  /** Those that count (files/skim). */
  readonly events: readonly RunEvent[];
}

/** A growing journal is looked at this often, one that rests less often. */
const intervals = { growing: 200, resting: 1000 };
const restAfter = 10;
/** A screen shows no more news than this: of hints that come faster, many are one look. */
const gapMs = 25;

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

  private readonly tail;
  private generation = 0;
  private quiet = 0;
  private timer: NodeJS.Timeout | undefined;
  private over = false;
  private last: Promise<unknown> = Promise.resolve();
  private next: Promise<void> | undefined;
  private taken: PromiseLike<unknown> = Promise.resolve();

  constructor(readonly run: string) {
    this.tail = runTail(run);
  }

  /** Reads what there is now and tells of it, then of whatever follows. */
  async start(): Promise<void> {
    await this.look();
    this.schedule();
  }

  /** Looks as soon as it can; calls until then are one. */
  look(): Promise<void> {
    if (this.next !== undefined) return this.next;
    const look = this.last.then(() => {
      this.next = undefined;
      return this.lookNow();
    });
    this.next = look;
    this.last = look.then(() => (this.quiet === 0 && !this.over ? pause(gapMs) : undefined));
    return look;
  }

  /**
   * Looks no sooner than what was told is taken: to be called by who listens, with when that is. What comes meanwhile waits in the
   * file, which holds it anyway, and is then one piece of news.
   *
   * @param taken never rejects
   */
  waitFor(taken: PromiseLike<unknown>): void {
    this.taken = taken;
  }

  /** Tells everything anew. */
  again(): Promise<void> {
    this.tail.forget();
    return this.look();
  }

  dispose(): void {
    this.over = true;
    clearTimeout(this.timer);
  }

  private async lookNow(): Promise<void> {
    await this.taken;
    if (this.over) return;
    try {
      const events = await this.tail.read();
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

  private schedule(): void {
    if (this.over) return;
    const interval = this.quiet < restAfter ? intervals.growing : intervals.resting;
    this.timer = setTimeout(() => void this.look().then(() => this.schedule()), interval);
  }
}
