import { timelineOf, type Timeline } from './timeline';

/** What a player plays on. */
export interface Stage {
  /** Calls every now and then, until what is returned is called. */
  every(call: () => void): () => void;
  /** Whether it stands before somebody's eyes. */
  isSeen(): boolean;
  /** Goes to a step; undefined is the newest, which is followed then. */
  go(step: number | undefined): void;
  told(isPlaying: boolean): void;
}

/** Steps along a time line, by hand or by itself: then to its end, or until nobody looks or something else is shown. */
export class Player {
  private line: Timeline = timelineOf([], undefined);
  private of = '';
  private halt: (() => void) | undefined;

  constructor(private readonly stage: Stage) {}

  /** @param of names what the steps are of */
  show(line: Timeline, of: string): void {
    if (of !== this.of) this.stop();
    [this.line, this.of] = [line, of];
  }

  toggle(): void {
    if (this.halt === undefined) this.start();
    else this.stop();
  }

  stop(): void {
    if (this.halt === undefined) return;
    this.halt();
    this.halt = undefined;
    this.stage.told(false);
  }

  /** @param by places forth, or back where it is negative */
  move(by: number): void {
    this.to(Math.max(0, this.line.at + by));
  }

  /** Goes to a place among the steps. */
  to(at: number): void {
    const { steps } = this.line;
    this.stage.go(at >= steps.length - 1 ? undefined : steps[at]);
  }

  private start(): void {
    if (this.isAtEnd) this.to(0);
    this.halt = this.stage.every(() => {
      if (!this.stage.isSeen() || this.isAtEnd) this.stop();
      else this.move(1);
    });
    this.stage.told(true);
  }

  private get isAtEnd(): boolean {
    return this.line.at >= this.line.steps.length - 1;
  }
}
