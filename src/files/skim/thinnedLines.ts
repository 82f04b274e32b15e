import { NewestLine, type KeptLine, type Track } from './keptLine';

/** How many lines of each track are kept, and of all tracks, and how many characters; first and last lines come on top. */
export interface TrackLimits {
  readonly each: number;
  readonly all: number;
  readonly length: number;
}

/** However many tracks share a limit, each may keep so many lines. */
const fewest = 32;

/** Tracks that share limits: with many of them, each is thinned more. */
export class ThinnedTracks {
  private readonly tracks: ThinnedLines[] = [];

  constructor(private readonly limits: TrackLimits) {}

  /** One more track. */
  open(): ThinnedLines {
    const { each, all, length } = this.limits;
    const count = this.tracks.length + 1;
    const lines = Math.min(each, Math.max(fewest, all / count));
    const track = new ThinnedLines();
    this.tracks.push(track);
    for (const one of this.tracks) one.thin(lines, length / count);
    return track;
  }
}

/**
 * Keeps every k-th line, and always the first and the last: k begins at 1 and doubles whenever more are kept than should be,
 * so that what is kept is spread evenly without knowing how many will come.
 */
export class ThinnedLines implements Track {
  /** The line of `count` 0, k, 2 k and so on. */
  private thinned: KeptLine[] = [];
  private length = 0;
  private k = 1;
  private most = { lines: Infinity, length: Infinity };
  private count = 0;
  private readonly firsts: KeptLine[] = [];
  private begins = true;
  private readonly newest = new NewestLine();

  /** The next line is a first one again: what was before it may be void. */
  begin(): void {
    this.begins = true;
  }

  take(lines: Buffer, from: number, to: number, number: number): void {
    if (!this.begins && this.count++ % this.k > 0) {
      this.newest.take(lines, from, to, number);
      return;
    }
    this.newest.drop();
    const kept = { number, text: lines.toString('utf8', from, to) };
    if (this.begins) this.firsts.push(kept);
    else {
      this.thinned.push(kept);
      this.length += kept.text.length;
      this.thin(this.most.lines, this.most.length);
    }
    this.begins = false;
  }

  settle(lines: Buffer): void {
    this.newest.settle(lines);
  }

  /** Keeps no more than these from now on. */
  thin(lines: number, length: number): void {
    this.most = { lines, length };
    while (this.thinned.length > 1 && (this.thinned.length > lines || this.length > length)) {
      const last = this.thinned.at(-1);
      this.thinned = this.thinned.filter((_, index) => index % 2 === 0);
      this.length = this.thinned.reduce((sum, { text }) => sum + text.length, 0);
      this.k *= 2;
      if (last !== undefined && this.thinned.at(-1) !== last) this.newest.keep(last);
    }
  }

  kept(): KeptLine[] {
    return [...this.firsts, ...this.thinned, ...this.newest.kept()];
  }
}
