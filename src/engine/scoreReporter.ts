import type { Prepared } from './prepare';
import type { EventSink } from './request';
import { ScoreProgress, stepOf } from './scoring/progress';
import type { Update } from './scoring/work';
import type { Workload } from './scoring/workload';
import type { Estimator } from '../shared/words';
import { TaskScores } from './taskScores';
import { TaylorScores } from './taylorScores';

/** What a sample's value is, of the squared norm of its gradient, where it is not that norm itself. */
const measures: Partial<Record<Estimator, (squaredNorm: number) => number>> = { 'gradient-norm': Math.sqrt };

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

/** Gathers what units report, and tells of it: live scores, progress, an estimate of time and memory. */
export class ScoreReporter {
  readonly tasks: readonly TaskScores[];
  private readonly progress: ScoreProgress;
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
    private readonly estimator: Estimator = 'fisher',
  ) {
    const { model, tasks } = prepared;
    const { modules } = model;
    this.tasks = tasks.map(({ samples: { length } }) =>
      estimator === 'taylor'
        ? new TaylorScores(modules, length, prepared.adapted)
        : new TaskScores(modules, length, prepared.adapted, measures[estimator]),
    );
    this.progress = new ScoreProgress(model, work.items, work.units, work.mode);
    this.next = tasks.map(() => 0);
  }

  /** From here on time counts: what was replayed before took none. */
  start(): void {
    this.started = { at: performance.now(), share: this.progress.share };
    this.sink({ type: 'stage', stage: 'score' });
    this.tasks.forEach((scores, task) => {
      if (scores.samplesDone > 0) this.tell(task);
    });
  }

  take(update: Update): void {
    this.progress.add(update);
    const touched = this.gather(update);
    if (this.started === undefined) return;
    this.estimate();
    const now = performance.now();
    const step = stepOf(update, this.prepared.model.layers);
    if (step !== undefined || this.progress.share === 1 || now - this.moved >= updateMs) {
      this.moved = now;
      this.sink({ type: 'progress', share: this.progress.share, ...(step === undefined ? {} : { step }) });
    }
    for (const task of touched) {
      if (this.tasks[task]?.finished === true || now >= (this.next[task] ?? 0)) this.tell(task);
    }
  }

  /** @returns the tasks whose scores have changed */
  private gather(update: Update): Set<number> {
    const touched = new Set<number>();
    const each = (items: readonly number[], use: (item: number, place: number) => void): void =>
      items.forEach((item, place) => {
        use(item, place);
        touched.add(this.work.items[item]?.task ?? 0);
      });
    const scoresOf = (item: number): TaskScores => this.tasks[this.work.items[item]?.task ?? 0] as TaskScores;
    const members = (item: number): readonly number[] => this.work.items[item]?.batch.members ?? [];
    const mine = this.work.units[update.unit]?.items ?? [];
    switch (update.kind) {
      case 'batch':
        each([update.item], (item) => {
          scoresOf(item).add(members(item), update.norms);
          scoresOf(item).addLosses(members(item), update.losses);
        });
        break;
      case 'layer':
        each(mine, (item, place) =>
          scoresOf(item).add(members(item), update.norms[place] ?? [], update.layer),
        );
        break;
      case 'losses':
        mine.forEach((item, place) => scoresOf(item).addLosses(members(item), update.losses[place] ?? []));
        break;
      case 'whole':
        this.tasks[update.task]?.addWhole(update.scores);
        if (this.estimator === 'taylor') touched.add(update.task);
        break;
      case 'forward':
        break;
    }
    return touched;
  }

  private tell(task: number): void {
    const scores = this.tasks[task];
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
    const { started, first, progress } = this;
    if (this.estimated || started === undefined) return;
    const now = { at: performance.now(), share: progress.share };
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
    const samples = this.tasks.reduce((sum, task) => sum + task.samples, 0);
    const updates = Math.min((seconds * 1000) / updateMs, this.work.items.length) + this.tasks.length;
    return 2000 + modules * (row * (this.tasks.length + 1) + update * updates + value * samples);
  }
}
