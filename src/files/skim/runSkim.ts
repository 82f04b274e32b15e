import { measuredAnew } from '../../shared/pace';
import { runEventSchema, type RunEvent } from '../../shared/runEvents';
import { decodeLine, parseLine } from '../jsonLines';
import type { LineSink } from '../wholeLines';
import { EveryLine, FirstAndNewest, NewestLine, type Track } from './keptLine';
import { headOf, LineHeads, type LineHead } from './lineHeads';
import { ThinnedLines, ThinnedTracks, type TrackLimits } from './thinnedLines';

/** Each says all that the ones of its type before it said. */
const replacing: ReadonlySet<string> = new Set<RunEvent['type']>([
  ...(['device', 'model', 'memory', 'estimate', 'stage', 'plan', 'judged', 'actual'] as const),
]);
/** How many lines of each trial are kept, and of all. */
export interface SkimLimits {
  readonly steps: TrackLimits;
  readonly reallocations: TrackLimits;
}
/** Of steps, more than a screen has pixels to show; a reallocation may name hundreds of modules. */
const usual: SkimLimits = {
  steps: { each: 2000, all: 8000, length: Infinity },
  reallocations: { each: 128, all: 1000, length: 2 ** 21 },
};

const newline = 0x0a;
const [brace, carriageReturn] = ['}'.charCodeAt(0), '\r'.charCodeAt(0)];

/**
 * Reads of a run's events those that its state depends on, and parses no others: of scores only the last, of steps some
 * thousands. Applied to any state they give what all events would (shared/replay.ts), with fewer points of each trial, among
 * them the first and the last. A line that is left out is not checked either. Which ones count is told by the first bytes of a
 * line, as `JSON.stringify` writes it; a line of another form is parsed to see what it is.
 */
export class RunSkim implements LineSink<RunEvent> {
  private readonly heads = new LineHeads<Track>();
  private readonly tracks = new Map<string, Track>();
  private steps: ThinnedTracks;
  private reallocations: ThinnedTracks;
  private every = new EveryLine();
  /** How often progress was measured anew; how fast it goes is told by the first and the newest report since. */
  private leg = 0;
  /** Those that the run began with. */
  private tasks: readonly unknown[] = [];
  count = 0;

  /** @param before how many lines of the file come before these, for messages */
  constructor(
    private readonly path: string,
    private readonly before = 0,
    private readonly limits = usual,
  ) {
    this.steps = new ThinnedTracks(limits.steps);
    this.reallocations = new ThinnedTracks(limits.reallocations);
  }

  take(lines: Buffer): void {
    for (let from = 0; from < lines.length;) {
      const to = lines.indexOf(newline, from);
      this.trackOf(lines, from, to).take(lines, from, to, this.count++);
      from = to + 1;
    }
    for (const track of this.tracks.values()) track.settle(lines);
  }

  values(): RunEvent[] {
    return [this.every, ...this.tracks.values()]
      .flatMap((track) => track.kept())
      .sort((a, b) => a.number - b.number)
      .map(({ text, number }) => decodeLine(text, decode, this.path, this.before + number + 1));
  }

  private trackOf(lines: Buffer, from: number, to: number): Track {
    // A line whose end is lost is parsed, which fails.
    const last = lines[to - 1] === carriageReturn ? to - 2 : to - 1;
    const known = lines[last] === brace ? this.heads.of(lines, from, to, this.find) : undefined;
    if (known !== undefined) return known;
    const value = parseLine(lines.toString('utf8', from, to), this.path, this.before + this.count + 1);
    const head = headOf(value);
    if (head?.type === 'started') this.start((value as { tasks?: unknown }).tasks);
    if (head?.type === 'trial') this.begin(head.of);
    if (head !== undefined && isMeasuredAnew(head)) this.measureAnew();
    return (head && this.find(head)) ?? this.every;
  }

  /** Undefined where the line has to be looked into. */
  private readonly find = ({ type, of }: LineHead): Track | undefined => {
    if (isMeasuredAnew({ type })) return undefined;
    if (type === 'progress') return this.track(`progress ${this.leg}`, () => new FirstAndNewest());
    if (replacing.has(type)) return this.track(type, () => new NewestLine());
    const open = this.opener(type, of);
    if (open !== undefined) return of === undefined ? undefined : this.track(`${type} ${of}`, open);
    return type === 'trial' ? undefined : this.every;
  };

  /** How a track begins that is of a task or trial; undefined for types that have no such tracks. */
  private opener(type: string, of: string | undefined): (() => Track) | undefined {
    switch (type) {
      case 'scores':
      case 'looked':
        // A task that the run did not begin with takes its place with the first word of it.
        return () => (this.tasks.includes(of) ? new NewestLine() : new FirstAndNewest());
      case 'searched':
        return () => new NewestLine();
      case 'step':
        return () => this.steps.open();
      case 'reallocated':
        return () => this.reallocations.open();
      default:
        return undefined;
    }
  }

  private track(key: string, open: () => Track): Track {
    const known = this.tracks.get(key);
    if (known !== undefined) return known;
    const track = open();
    this.tracks.set(key, track);
    return track;
  }

  /** All that stands before is void. */
  private start(tasks: unknown): void {
    this.heads.clear();
    this.tracks.clear();
    this.every = new EveryLine();
    this.steps = new ThinnedTracks(this.limits.steps);
    this.reallocations = new ThinnedTracks(this.limits.reallocations);
    this.tasks = Array.isArray(tasks) ? tasks : [];
  }

  private measureAnew(): void {
    this.leg++;
    // Lines of progress would be taken for more of the leg before.
    this.heads.clear();
  }

  /** A trial begins, or goes on behind a step: what the journal has of later ones is void. */
  private begin(trial: string | undefined): void {
    for (const type of ['step', 'reallocated']) {
      const track = this.tracks.get(`${type} ${trial}`);
      if (track instanceof ThinnedLines) track.begin();
    }
  }
}

const isMeasuredAnew = ({ type }: Pick<LineHead, 'type'>): boolean =>
  (measuredAnew as ReadonlySet<string>).has(type);

const decode = (value: unknown): RunEvent => runEventSchema.parse(value);
