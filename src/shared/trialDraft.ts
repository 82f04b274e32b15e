import type { RunEvent } from './runEvents';
import { everyFew, thinnedPoints } from './thinned';
import type { TrialEvaluation, TrialPoint, TrialState } from './trialState';

export type TrialEvent = Extract<RunEvent, { type: 'trial' | 'step' | 'evaluated' | 'reallocated' }>;

export const isTrialEvent = (event: RunEvent): event is TrialEvent =>
  event.type === 'trial' ||
  event.type === 'step' ||
  event.type === 'evaluated' ||
  event.type === 'reallocated';

/** Of each trial: more than a chart has pixels, and fewer where a search has hundreds of trials. */
const mostPoints = (trials: number): number => Math.max(128, Math.min(4000, Math.floor(32_000 / trials)));
const mostReallocations = 256;
/** Each may name the shares of every expert of hundreds of modules, and a small data set ends an epoch in a second. */
const mostEvaluations = 500;
/** Of what is more than that so many are left: thinning with each one that comes would take long. */
const left = (most: number): number => Math.floor(0.75 * most);

/**
 * Trials to which events are applied one after the other, without a copy of every array for each of them. What a trial that
 * goes on again had told of later steps is forgotten. The trials it is made with stay as they are.
 */
export class TrialsDraft {
  private readonly trials: TrialDraft[];
  private readonly byName: Map<string, TrialDraft>;

  constructor(trials: readonly TrialState[]) {
    this.trials = trials.map((trial) => new TrialDraft(trial));
    this.byName = new Map(this.trials.map((trial) => [trial.state.name, trial]));
  }

  apply(event: TrialEvent): void {
    const trial = this.byName.get(event.trial) ?? this.open(event.trial);
    trial.apply(event);
    trial.thin(mostPoints(this.trials.length));
  }

  /** To be called last. Trials without an event are the very same objects. */
  done(): readonly TrialState[] {
    return this.trials.map((trial) => trial.state);
  }

  private open(name: string): TrialDraft {
    const trial = new TrialDraft(emptyTrial(name));
    this.trials.push(trial);
    this.byName.set(name, trial);
    for (const other of this.trials) other.thin(mostPoints(this.trials.length));
    return trial;
  }
}

type Changing = { -readonly [Key in keyof TrialState]: TrialState[Key] } & { points: TrialPoint[] };

class TrialDraft {
  private changing: Changing | undefined;

  constructor(private readonly before: TrialState) {}

  get state(): TrialState {
    return this.changing ?? this.before;
  }

  apply(event: TrialEvent): void {
    const trial = this.change();
    switch (event.type) {
      case 'trial': {
        const { seed, steps, parameters, samples, fromStep, adapter } = event;
        const kept = <T extends { step: number }>(items: readonly T[]): T[] =>
          items.filter(({ step }) => step <= fromStep && (fromStep > 0 || step > 0));
        Object.assign(trial, { seed, steps, parameters, samples, adapter, step: fromStep });
        trial.points = kept(trial.points);
        trial.evaluations = kept(trial.evaluations);
        trial.reallocations = kept(trial.reallocations);
        return;
      }
      case 'step': {
        const { step, loss, learningRate, tokensPerSecond, memory } = event;
        trial.step = step;
        trial.points.push({ step, loss, learningRate, tokensPerSecond, ...(memory && { memory }) });
        return;
      }
      case 'evaluated': {
        const { step, split, metrics, best, routers = [] } = event;
        if (split === 'validation') trial.step = step;
        const all = [...trial.evaluations, { step, split, metrics, best, routers }];
        trial.evaluations = all.length > mostEvaluations ? fewerEvaluations(all) : all;
        return;
      }
      case 'reallocated': {
        const { step, ranks, weights = {} } = event;
        const moves = [...trial.reallocations, { step, ranks, weights }];
        trial.reallocations =
          moves.length > mostReallocations ? everyFew(moves, left(mostReallocations)) : moves;
        return;
      }
    }
  }

  thin(most: number): void {
    if (this.state.points.length > most) {
      const trial = this.change();
      trial.points = thinnedPoints(trial.points, left(most));
    }
  }

  private change(): Changing {
    this.changing ??= { ...this.before, points: [...this.before.points] };
    return this.changing;
  }
}

/**
 * Those on validation data spread evenly over the steps, among them what the trial began with, the best and the newest; and all on
 * test data, which come one a training.
 */
function fewerEvaluations(all: readonly TrialEvaluation[]): readonly TrialEvaluation[] {
  const measured = all.filter(({ split }) => split === 'validation');
  const kept = new Set(everyFew(measured, left(mostEvaluations)));
  const best = measured.filter((one) => one.best).at(-1);
  return all.filter((one) => one.split === 'test' || one === best || one === measured[0] || kept.has(one));
}

const emptyTrial = (name: string): TrialState => ({
  ...{ name, seed: 0, steps: 1, step: 0, parameters: 0, samples: 1, adapter: undefined },
  ...{ points: [], evaluations: [], reallocations: [] },
});
