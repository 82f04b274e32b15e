import type { Prepared } from './prepare';
import type { EventSink } from './request';
import { stepOf } from './scoring/progress';
import type { ScoreTally } from './scoring/scoreTally';
import type { Update } from './scoring/work';
import type { Workload } from './scoring/workload';

/** Between two live updates of a task's scores at least this long. */
const updateMs = 200;

/** A time over which the speed can be measured with a few updates, and one that is enough by itself. */
const measurableMs = 500;
const longMs = 5000;
const fewUpdates = 6;

interface Moment {
  readonly at: number;
  /** Of the arithmetic, 0 to 1. */
  readonly share: number;
}

/** Tells of what units report: live scores, progress, an estimate of time and memory. */
export class ScoreReporter {
  /** When each task's scores may be told again. */
  private readonly next: number[];
  private readonly stable = new Set<number>();
  private started: Moment | undefined;
  private first: Moment | undefined;
  /** Since `first`. */
  private updates = 0;
  private estimated = false;
  private moved = 0;

  constructor(
    private readonly prepared: Prepared,
    private readonly work: Workload,
    private readonly sink: EventSink,
    private readonly tally: ScoreTally,
  ) {
    this.next = prepared.tasks.map(() => 0);
  }

  /** From here on time counts: what was replayed before took none. */
  start(): void {
    this.started = { at: performance.now(), share: this.tally.share };
    this.sink({ type: 'stage', stage: 'score' });
    this.tally.tasks.forEach((scores, task) => {
      if ((scores.certainty?.looks.length ?? 0) > 0) this.tellLooks(task);
      if (scores.samplesDone > 0) this.tell(task);
    });
  }

  take(update: Update): void {
    const { touched, looked } = this.tally.take(update);
    if (this.started === undefined) return;
    this.estimate();
    for (const task of looked) this.tellLooks(task);
    const now = performance.now();
    const step = stepOf(update, this.prepared.model.layers);
    const { share } = this.tally;
    if (step !== undefined || share === 1 || now - this.moved >= updateMs) {
      this.moved = now;
      this.sink({ type: 'progress', share, ...(step === undefined ? {} : { step }) });
    }
    for (const task of touched) {
      if (this.tally.tasks[task]?.finished === true || now >= (this.next[task] ?? 0)) this.tell(task);
    }
  }

  private tellLooks(task: number): void {
    const certainty = this.tally.tasks[task]?.certainty;
    const name = this.prepared.tasks[task]?.source.name;
    if (certainty !== undefined && name !== undefined) this.sink({ type: 'looked', task: name, certainty });
  }

  private tell(task: number): void {
    const scores = this.tally.tasks[task];
    const name = this.prepared.tasks[task]?.source.name;
    if (scores === undefined || name === undefined || !scores.begun) return;
    const { samplesDone, samples } = scores;
    const began = performance.now();
    this.sink({ type: 'scores', task: name, samplesDone, samplesTotal: samples, ...scores.soFar() });
    const now = performance.now();
    // Seldom enough that telling takes little of the time, and that a long run's journal stays small.
    const sinceStart = now - (this.started?.at ?? now);
    this.next[task] = now + Math.max(updateMs, 20 * (now - began), sinceStart / 200);
    if (!scores.finished || this.stable.has(task)) return;
    this.stable.add(task);
    this.sink({ type: 'stability', task: name, ...scores.stability(), ...scores.uncertainty() });
    const caveat = scores.caveat();
    if (caveat !== undefined) this.sink({ type: 'note', text: `${name}: ${caveat}` });
  }

  /**
   * The first update has loaded and warmed up, which happens once: the rest is foreseen from what comes behind it, as soon
   * as that took long enough to be measured.
   */
  private estimate(): void {
    const { started, first } = this;
    if (this.estimated || started === undefined) return;
    const now = { at: performance.now(), share: this.tally.share };
    const over = now.share >= 1;
    if (first === undefined && !over) {
      this.first = now;
      return;
    }
    const from = first ?? started;
    this.updates++;
    const passed = now.at - from.at;
    // Pieces that other processes are at count as nothing yet: over a few of them that evens out.
    const measured = passed >= longMs || (passed >= measurableMs && this.updates >= fewUpdates);
    if (!over && (!measured || now.share <= from.share)) return;
    this.estimated = true;
    const rate = (now.at - from.at) / Math.max(now.share - from.share, 1e-9);
    const seconds = (from.at - started.at + rate * (1 - from.share)) / 1000;
    const own = process.memoryUsage.rss();
    const memoryBytes = this.work.processBytes * Math.max(1, this.work.processes) + own;
    this.sink({ type: 'estimate', estimate: { seconds, memoryBytes, diskBytes: this.diskBytes(seconds) } });
  }

  /** Characters of JSON: a module's row, a value of one sample, a module's share of one live update. */
  private diskBytes(seconds: number): number {
    const [row, value, update] = [230, 22, 42];
    const modules = this.prepared.model.modules.length;
    const { tasks } = this.tally;
    const samples = tasks.reduce((sum, task) => sum + task.samples, 0);
    const updates = Math.min((seconds * 1000) / updateMs, this.work.items.length) + tasks.length;
    return 2000 + modules * (row * (tasks.length + 1) + update * updates + value * samples);
  }
}
