import type { ByModule } from './byModule';
import { formatShare } from './format';
import type { Verdict } from './verdict';
import type { StepMemory, TaskMetrics, TrialAdapter } from './runEvents';

/** What replaying a training's events gives. */
export interface TrialState {
  readonly name: string;
  readonly seed: number;
  readonly steps: number;
  /** Steps taken. */
  readonly step: number;
  readonly parameters: number;
  readonly samples: number;
  /** What is trained; undefined in runs of versions that did not tell. */
  readonly adapter: TrialAdapter | undefined;
  /** Of a long training, means over several that were told of. */
  readonly points: readonly TrialPoint[];
  readonly evaluations: readonly TrialEvaluation[];
  /** Of many, every few. */
  readonly reallocations: readonly TrialReallocation[];
}

export interface TrialPoint {
  readonly step: number;
  /** Mean since the point before. */
  readonly loss: number;
  readonly learningRate: number;
  readonly tokensPerSecond: number;
  readonly memory?: StepMemory | undefined;
}

export interface TrialEvaluation {
  readonly step: number;
  readonly split: 'validation' | 'test';
  readonly metrics: readonly TaskMetrics[];
  readonly best: boolean;
  /** Shares of experts, or mean weights of B's, by module; empty where nothing is routed. */
  readonly routers: ByModule<readonly number[]>;
}

export interface TrialReallocation {
  readonly step: number;
  readonly ranks: ByModule<number>;
  readonly weights: Readonly<Record<string, number>>;
}

/** "accuracy 87.9 % to 90.1 %": of the best adapters, the mean over tasks on validation data; undefined where none has one. */
export function accuracyWords(trials: readonly TrialState[]): string | undefined {
  const accuracies = trials.flatMap(({ evaluations }) => {
    const best = evaluations.filter((one) => one.best && one.split === 'validation').at(-1);
    const found = best?.metrics.flatMap(({ accuracy }) => accuracy ?? []) ?? [];
    return found.length === 0 ? [] : [found.reduce((sum, value) => sum + value, 0) / found.length];
  });
  if (accuracies.length === 0) return undefined;
  const [low, high] = [Math.min(...accuracies), Math.max(...accuracies)].map(formatShare);
  return `accuracy ${low === high ? low : `${low} to ${high}`}`;
}

/** A trial's name without its seed, "uniform" of "uniform-seed-2"; empty where nothing but seeds is trained. */
export const designName = (trial: string): string => trial.replace(/-?seed--?\d+$/, '');

/** The trials of a run's own plan: of a run that judges, not those of the controls. */
export const trialsOfPlan = ({
  trials,
  verdict,
}: {
  readonly trials: readonly TrialState[];
  readonly verdict: Verdict | undefined;
}): readonly TrialState[] =>
  verdict === undefined ? trials : trials.filter(({ name }) => ['', 'plan'].includes(designName(name)));

/** Loss of the newest step that was told of. */
export const lossOf = ({ trials }: { readonly trials: readonly TrialState[] }): number | undefined =>
  trials.at(-1)?.points.at(-1)?.loss;
