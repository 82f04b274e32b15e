import { layersToBeSureOf, Looks } from '../../planning/anytime';
import type { Estimator } from '../../shared/words';
import type { Prepared } from '../prepare';
import type { ScoreRequest } from '../request';
import { TaskScores } from '../taskScores';
import { TaylorScores } from '../taylorScores';
import { ScoreProgress } from './progress';
import { advance, isFinished, notBegun, type Unit, type UnitProgress, type Update } from './work';
import type { Workload } from './workload';

/** What a sample's value is, of the squared norm of its gradient, where it is not that norm itself. */
const measures: Partial<Record<Estimator, (squaredNorm: number) => number>> = { 'gradient-norm': Math.sqrt };

/**
 * What the updates of a score come to: each task's values, how far each unit is, and what is wanted next. A pure replay: the
 * same updates give the same, in the process that computes them and in one that goes on from their journal.
 *
 * Units are wanted round by round. A task whose top layers are sure at the end of a round is left out of the later ones; all
 * updates of a round come before those of the next.
 */
export class ScoreTally {
  readonly tasks: readonly TaskScores[];
  private readonly units: Unit[];
  /** [unit] */
  private readonly rounds: readonly number[];
  private round = 0;
  private readonly layers: number;
  private readonly progress: ScoreProgress;
  private readonly states = new Map<number, UnitProgress>();

  constructor(
    { model, tasks, adapted }: Prepared,
    private readonly request: ScoreRequest,
    private readonly work: Pick<Workload, 'items' | 'units' | 'mode' | 'roundEnds'>,
  ) {
    this.layers = model.layers;
    const { estimator, untilSure } = request;
    this.tasks = tasks.map(({ samples: { length } }) => {
      if (estimator === 'taylor') return new TaylorScores(model.modules, length, adapted);
      const looks =
        untilSure === undefined
          ? undefined
          : new Looks(layersToBeSureOf(untilSure.layers, model.layers), untilSure.level, length);
      return new TaskScores(model.modules, length, adapted, measures[estimator], looks);
    });
    this.units = [...work.units];
    this.rounds = work.units.map(({ items: [first = 0] }) => work.roundEnds.findIndex((end) => first < end));
    this.progress = new ScoreProgress(model, work.items, this.unitOf, work.mode);
  }

  /** Of the arithmetic, 0 to 1; what is not wanted any more counts as done. */
  get share(): number {
    return this.progress.share;
  }

  /** How far a unit is. */
  progressOf = ({ index }: Unit): UnitProgress => this.states.get(index) ?? notBegun;

  /** Whether something of a unit may still be wanted. */
  isOpen = (unit: Unit): boolean => {
    const now = this.unitOf(unit.index) ?? unit;
    return now.items.some((item) => !this.isSure(item)) && !this.isFinished(now);
  };

  /** Units of the round that is under way which have something left to do; none once all is done. */
  open(): Unit[] {
    for (;;) {
      const open = this.units.filter(
        (unit, index) => this.rounds[index] === this.round && !this.isFinished(unit),
      );
      if (open.length > 0 || this.round >= this.work.roundEnds.length - 1) return open;
      this.enter(this.round + 1);
    }
  }

  /** @returns the tasks whose scores have changed, and those that were looked at because a round of theirs has ended */
  take(update: Update): { touched: ReadonlySet<number>; looked: ReadonlySet<number> } {
    const round = this.rounds[update.unit] ?? 0;
    while (this.round < round) this.enter(this.round + 1);
    this.progress.add(update);
    this.states.set(update.unit, advance(this.states.get(update.unit) ?? notBegun, update, this.layers));
    const touched = this.gather(update);
    const looked = new Set([...touched].filter((task) => this.look(task)));
    return { touched, looked };
  }

  private readonly unitOf = (index: number): Unit | undefined => this.units[index];

  private isFinished = (unit: Unit): boolean =>
    unit.items.length === 0 || isFinished(unit, this.progressOf(unit), this.work.mode, this.request.taylor);

  /** Goes on to a round, without the tasks that are sure. */
  private enter(round: number): void {
    this.round = round;
    this.units.forEach(({ index, items }, place) => {
      if (this.rounds[place] !== round) return;
      const wanted = items.filter((item) => !this.isSure(item));
      this.units[place] = { index, items: wanted };
    });
  }

  private look(task: number): boolean {
    const scores = this.tasks[task];
    if (scores?.look() !== true) return false;
    if (scores.certainty?.sure !== true) return true;
    this.units.forEach(({ items }, place) => {
      if ((this.rounds[place] ?? 0) <= this.round) return;
      for (const item of items) if (this.work.items[item]?.task === task) this.progress.skip(item);
    });
    return true;
  }

  /** @returns the tasks whose scores have changed */
  private gather(update: Update): Set<number> {
    const touched = new Set<number>();
    const each = (items: readonly number[], use: (item: number, place: number) => void): void =>
      items.forEach((item, place) => {
        use(item, place);
        touched.add(this.work.items[item]?.task ?? 0);
      });
    const members = (item: number): readonly number[] => this.work.items[item]?.batch.members ?? [];
    const mine = this.unitOf(update.unit)?.items ?? [];
    switch (update.kind) {
      case 'batch':
        each([update.item], (item) => {
          this.scoresOf(item).add(members(item), update.norms);
          this.scoresOf(item).addLosses(members(item), update.losses);
        });
        break;
      case 'layer':
        each(mine, (item, place) =>
          this.scoresOf(item).add(members(item), update.norms[place] ?? [], update.layer),
        );
        break;
      case 'losses':
        mine.forEach((item, place) =>
          this.scoresOf(item).addLosses(members(item), update.losses[place] ?? []),
        );
        break;
      case 'whole':
        this.tasks[update.task]?.addWhole(update.scores);
        if (this.request.estimator === 'taylor') touched.add(update.task);
        break;
      case 'forward':
        break;
    }
    return touched;
  }

  private isSure = (item: number): boolean => this.scoresOf(item).certainty?.sure === true;

  private scoresOf = (item: number): TaskScores => this.tasks[this.work.items[item]?.task ?? 0] as TaskScores;
}
