/** Heartbeats come every two seconds; so long without any sign while something is asked for means that it hangs. */
export const silenceSeconds = 30;

/**
 * Notices an engine that gives no sign of life while it has work. Counts its own ticks, one a second, instead of reading a
 * clock: a laptop that slept for an hour has missed no tick.
 */
export class Watchdog {
  private missed = 0;
  private silent = false;

  /**
   * @param isBusy whether anything is asked for; an idle engine may be as silent as it likes
   * @param changed called when silence begins and when it ends
   */
  constructor(
    private readonly isBusy: () => boolean,
    private readonly changed: (silent: boolean) => void,
    private readonly limit = silenceSeconds,
  ) {}

  /** To be called once a second. */
  tick(): void {
    this.missed = this.isBusy() ? this.missed + 1 : 0;
    this.set(this.missed >= this.limit);
  }

  /** Any message is a sign of life. */
  heard(): void {
    this.missed = 0;
    this.set(false);
  }

  private set(silent: boolean): void {
    if (silent === this.silent) return;
    this.silent = silent;
    this.changed(silent);
  }
}
