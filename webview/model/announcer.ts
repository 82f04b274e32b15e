/** Where the announcer takes its time from; tests give their own. */
export interface Clock {
  now(): number;
  after(milliseconds: number, call: () => void): void;
}

const pageClock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, call) => setTimeout(call, milliseconds),
};

/**
 * Hands sentences to a live region no more often than every five seconds: a screen reader that is fed each batch never
 * falls silent. The latest sentence always arrives, the ones it overtook do not.
 */
export class Announcer {
  private lastSaidAt = -Infinity;
  private said = '';
  private waiting: string | undefined;

  constructor(
    private readonly say: (sentence: string) => void,
    private readonly clock: Clock = pageClock,
    private readonly everyMilliseconds = 5000,
  ) {}

  announce(sentence: string): void {
    if (this.waiting !== undefined) {
      this.waiting = sentence;
      return;
    }
    if (sentence === this.said) return;
    const wait = this.lastSaidAt + this.everyMilliseconds - this.clock.now();
    if (wait <= 0) {
      this.speak(sentence);
      return;
    }
    this.waiting = sentence;
    this.clock.after(wait, () => {
      const latest = this.waiting;
      this.waiting = undefined;
      if (latest !== undefined && latest !== this.said) this.speak(latest);
    });
  }

  private speak(sentence: string): void {
    this.said = sentence;
    this.lastSaidAt = this.clock.now();
    this.say(sentence);
  }
}
