import type { TaskSource } from '../shared/taskSource';
import type { UnstampedRunEvent } from '../shared/runEvents';
import type { Budget, Device, Estimator, LabelKind } from '../shared/words';

/** All that decides a score. The same request on the same device gives the same numbers to the last digit. */
export interface ScoreRequest {
  /** Absolute path of the Hugging Face model folder. */
  readonly model: string;
  /** How the model is named in results: never a path of this machine alone where results travel. */
  readonly modelName: string;
  readonly tasks: readonly TaskSource[];
  readonly estimator: Estimator;
  /** Samples a task, at most. */
  readonly samples: number;
  /** Score round by round, and stop once the top layers of a task are sure; all samples where absent. */
  readonly untilSure?: UntilSure | undefined;
  readonly batchSize: number;
  /** Longest sample in tokens; the model's own limit holds as well. */
  readonly maxLength: number;
  readonly device: Device | 'auto';
  /** Whose labels the loss is of: the data's (empirical Fisher), or drawn from the model (true Fisher). */
  readonly labels: LabelKind;
  /** Keep every sample's value in the result. */
  readonly perSample: boolean;
  /** Also what needs the whole gradient: the mean gradient's norm and Taylor salience. */
  readonly taylor: boolean;
  /** Absolute path of a PEFT adapter whose A is given: the gradient of its B at B = 0 is scored too. */
  readonly adapter?: string | undefined;
  /** What is warmed up where gates are scored; only for the estimator `gate-fisher`. */
  readonly gates?: GateSettings | undefined;
  /** Principal components that are kept of each module's inputs, r·ρ; only for the estimator `eva`. */
  readonly components?: number | undefined;
  /** Absolute path of the classification head that was made for the model, where it has none of its own (addedHead.ts). */
  readonly head?: string | undefined;
  /** Which samples of a larger file, the order of batches, and the labels that are drawn. */
  readonly seed: number;
  /** Processes that share the work; 0 = this one alone. Changes no number. */
  readonly processes?: number | 'auto';
  /** How memory is spent, where it shall not be chosen by estimate. */
  readonly memory?: 'streaming' | 'auto';
}

/** When scoring stops early (planning/anytime.ts). */
export interface UntilSure {
  /** Confidence of the selection, twice in a row: a share of bootstrap resamples. */
  readonly level: number;
  /** Layers that a budget pays for, which are those to be sure of; a quarter where absent. */
  readonly layers?: Budget['layers'];
}

/** FLoE's warm-up: an adapter in every target module of every layer. */
export interface GateSettings {
  /** Ends of module paths, as in PEFT's `target_modules`; all modules where absent. */
  readonly targets?: readonly string[] | undefined;
  readonly adapter: { readonly rank: number; readonly alpha: number; readonly experts: number };
  readonly warmupSteps: number;
  readonly warmupLearningRate: number;
}

/** Where a job tells what happens; a run writes it to its journal, the command line draws it. */
export type EventSink = (event: UnstampedRunEvent) => void;
