import { basename } from 'node:path';
import { toLabError, type LabError } from '../../shared/errors';
import { hasEnded, isBound } from '../../shared/lastLeg';
import type { RunEvent } from '../../shared/runEvents';
import type { Palette, RunHeading, RunMessage } from '../../shared/webviewProtocol';
import type { Log } from '../log';
import { orphanEnd, manifestOf } from '../runs/orphan';
import { RunFollower } from '../runs/runFollower';

export interface FeedSource {
  /** The experiment as the page names it. */
  readonly experiment: string;
  /** Absolute path of the run's folder; undefined where there is none yet. */
  readonly run: string | undefined;
  /** What is shown while there is no journal: the engine has not come to write it yet, or never will. */
  readonly standIn: readonly RunEvent[];
  readonly trusted: boolean;
  /** Of the map; the theme's where absent. */
  readonly palette?: Palette;
  /** No job of this window works on it. */
  readonly elsewhere?: boolean;
}

/**
 * Gives a page a message. Settles when that was taken off our hands, delivered or dropped, where this can be told: until then no
 * other is made of what comes.
 */
export type Post = (message: RunMessage) => PromiseLike<unknown> | undefined;

/** A run that nobody works on any more is noticed within this time. */
const checkMs = 1000;

/** Keeps one page in step with one run: everything there is when it opens, then what comes. */
export class RunFeed {
  private readonly follower: RunFollower | undefined;
  private opened = false;
  private journaled = false;
  private over = false;
  /** The events that say whether the run began, went on and ended. */
  private bounds: RunEvent[] = [];
  /** True once the page was told that nobody works on the run any more. */
  private orphaned = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly source: FeedSource,
    private readonly post: Post,
    private readonly log: Log,
  ) {
    this.follower = source.run === undefined ? undefined : new RunFollower(source.run);
  }

  async start(): Promise<void> {
    const { run, standIn } = this.source;
    if (run === undefined || !this.follower) {
      this.open([], false);
      return;
    }
    const recorded = (await manifestOf(run))?.recorded === true;
    this.follower.onNews(({ restart, events }) => {
      this.journaled = true;
      this.bounds = (restart ? events : [...this.bounds, ...events]).filter(isBound);
      if (!this.opened || restart) this.open(events, recorded);
      // It goes on after all, on another machine: what the page was told of its end is void.
      else if (this.orphaned) void this.follower?.again();
      else this.tell(events);
      this.orphaned = false;
    });
    this.follower.onFailure((thrown) => this.fail(toLabError(thrown)));
    await this.follower.start();
    if (!this.opened) this.open(standIn, recorded);
    await this.watch(run);
  }

  /** Whether it has told of the run. */
  get isOpen(): boolean {
    return this.opened;
  }

  /** Hint that the journal has grown. */
  look(): void {
    void this.follower?.look();
  }

  /** The job ended with an error; the page is told here where no journal was ever written that could. */
  jobEnded(error: LabError): void {
    if (!this.journaled) this.fail(error);
  }

  dispose(): void {
    this.over = true;
    this.follower?.dispose();
    clearTimeout(this.timer);
  }

  /** Looks every now and then whether somebody still works on the run: an engine that is killed says nothing. */
  private async watch(run: string): Promise<void> {
    if (!this.orphaned) {
      const end = await orphanEnd(run, this.bounds);
      if (end) {
        this.orphaned = true;
        this.tell([end]);
      }
    }
    if (this.over || hasEnded(this.bounds)) return;
    this.timer = setTimeout(() => void this.watch(run), checkMs);
  }

  private fail(error: LabError): void {
    this.log.error(error.message);
    if (!this.opened) this.open([], false);
    this.tell([endOf(error)]);
  }

  private open(events: readonly RunEvent[], recorded: boolean): void {
    if (this.over) return;
    this.opened = true;
    const { experiment, trusted, palette = 'theme', elsewhere } = this.source;
    const heading: RunHeading = {
      kind: 'run',
      run: this.name,
      experiment,
      recorded,
      ...(elsewhere ? { elsewhere } : {}),
    };
    this.give({ type: 'open', heading, events, trusted, palette });
  }

  private tell(events: readonly RunEvent[]): void {
    if (!this.over) this.give({ type: 'events', run: this.name, events });
  }

  private give(message: RunMessage): void {
    const taken = this.post(message);
    // A page that could not be reached is gone, or will ask for everything anew.
    if (taken) this.follower?.waitFor(taken.then(undefined, () => undefined));
  }

  private get name(): string {
    return this.source.run === undefined ? '' : basename(this.source.run);
  }
}

/** The end of a run as its journal would say it. */
export const endOf = (error: LabError): RunEvent => ({
  at: new Date().toISOString(),
  type: 'finished',
  state: error.kind === 'cancelled' ? 'cancelled' : 'failed',
  error: error.toPayload(),
});
