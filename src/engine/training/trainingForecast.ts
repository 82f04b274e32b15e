import type { TrialEvent } from './trialEvents';

/** What is to come of a training, in one trial and in all. */
export interface TrainingWork {
  /** Trials, one for each seed. */
  readonly trials: number;
  /** Of one trial. */
  readonly steps: number;
  /** Of one trial on validation data, the one before the first step included. */
  readonly evaluations: number;
  /** Samples of the test data for each of the validation data: they are judged once at the end of a trial. */
  readonly tests: number;
}

/** Steps, and milliseconds, over which the speed can be told. */
const enoughSteps = 12;
const enoughMs = 1000;

/** Foresees how long a training takes, from its first evaluation and its first steps. */
export class TrainingForecast {
  private began: number | undefined;
  private evaluation: number | undefined;
  private first: { readonly at: number; readonly step: number } | undefined;
  /** When the last event came, and how long evaluations between the steps took. */
  private last = 0;
  private judged = 0;
  private told = false;

  constructor(private readonly work: TrainingWork) {}

  /**
   * @param now in milliseconds
   * @returns seconds of the whole training, once: as soon as they can be told
   */
  see(event: TrialEvent, now: number): number | undefined {
    if (this.told) return undefined;
    // A trial that goes on has been foreseen when it began.
    if (event.type === 'trial' && event.fromStep === 0) this.began = now;
    if (event.type === 'evaluated' && event.step === 0 && this.began !== undefined) {
      this.evaluation = now - this.began;
    }
    if (event.type === 'evaluated' && event.step > 0) this.judged += now - this.last;
    this.last = now;
    if (event.type !== 'step' || this.evaluation === undefined) return undefined;
    // The first one has warmed up.
    if (this.first === undefined) {
      this.first = { at: now, step: event.step };
      this.judged = 0;
    }
    const steps = event.step - this.first.step;
    const passed = now - this.first.at - this.judged;
    const isOver = event.step === this.work.steps;
    if (steps < 1 || (!isOver && (steps < enoughSteps || passed < enoughMs))) return undefined;
    this.told = true;
    const { trials, evaluations, tests } = this.work;
    const each = (passed / steps) * this.work.steps + this.evaluation * (evaluations + tests);
    return (trials * each) / 1000;
  }
}
