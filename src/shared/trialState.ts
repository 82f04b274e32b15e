import type { RunEvent, TaskMetrics } from './runEvents';

/** What replaying a training's events gives. */
export interface TrialState {
  readonly name: string;
  readonly seed: number;
  readonly steps: number;
  /** Steps taken. */
  readonly step: number;
  readonly parameters: number;
  readonly samples: number;
  readonly points: readonly TrialPoint[];
  readonly evaluations: readonly TrialEvaluation[];
  readonly reallocations: readonly TrialReallocation[];
}

export interface TrialPoint {
  readonly step: number;
  /** Mean since the point before. */
  readonly loss: number;
  readonly learningRate: number;
  readonly tokensPerSecond: number;
}

export interface TrialEvaluation {
  readonly step: number;
  readonly split: 'validation' | 'test';
  readonly metrics: readonly TaskMetrics[];
  readonly best: boolean;
  readonly routers: Readonly<Record<string, readonly number[]>>;
}

export interface TrialReallocation {
  readonly step: number;
  readonly ranks: Readonly<Record<string, number>>;
  readonly weights: Readonly<Record<string, number>>;
}

type TrialEvent = Extract<RunEvent, { type: 'trial' | 'step' | 'evaluated' | 'reallocated' }>;

/** The trials after one more event. What a trial that goes on again had told of later steps is forgotten. */
export function applyTrialEvent(trials: readonly TrialState[], event: TrialEvent): readonly TrialState[] {
  const at = trials.findIndex(({ name }) => name === event.trial);
  const before = trials[at] ?? emptyTrial(event.trial);
  const after = changed(before, event);
  return at < 0 ? [...trials, after] : trials.map((trial, index) => (index === at ? after : trial));
}

function changed(trial: TrialState, event: TrialEvent): TrialState {
  switch (event.type) {
    case 'trial': {
      const { seed, steps, parameters, samples, fromStep } = event;
      const kept = <T extends { step: number }>(items: readonly T[]): T[] =>
        items.filter(({ step }) => step <= fromStep && (fromStep > 0 || step > 0));
      return {
        ...{ ...trial, seed, steps, parameters, samples, step: fromStep, points: kept(trial.points) },
        ...{ evaluations: kept(trial.evaluations), reallocations: kept(trial.reallocations) },
      };
    }
    case 'step': {
      const { step, loss, learningRate, tokensPerSecond } = event;
      return { ...trial, step, points: [...trial.points, { step, loss, learningRate, tokensPerSecond }] };
    }
    case 'evaluated': {
      const { step, split, metrics, best, routers = {} } = event;
      const reached = split === 'validation' ? step : trial.step;
      return {
        ...trial,
        step: reached,
        evaluations: [...trial.evaluations, { step, split, metrics, best, routers }],
      };
    }
    case 'reallocated': {
      const { step, ranks, weights = {} } = event;
      return { ...trial, reallocations: [...trial.reallocations, { step, ranks, weights }] };
    }
  }
}

const emptyTrial = (name: string): TrialState => ({
  ...{ name, seed: 0, steps: 1, step: 0, parameters: 0, samples: 1 },
  ...{ points: [], evaluations: [], reallocations: [] },
});

/** Loss of the newest step that was told of. */
export const lossOf = ({ trials }: { readonly trials: readonly TrialState[] }): number | undefined =>
  trials.at(-1)?.points.at(-1)?.loss;
