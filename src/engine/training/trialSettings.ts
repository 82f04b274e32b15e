import type { AnySample } from '../../models/samples';
import type { TrialAdapter } from '../../shared/runEvents';
import type { Checkpoint } from './checkpoint';
import type { EvaluationSet } from './evaluate';
import type { Schedule } from './schedule';
import type { Mixture } from './stepBatches';
import type { TrialEvent } from './trialEvents';

export interface TrialSettings {
  /** Names its files and its events. */
  readonly name: string;
  readonly seed: number;
  /** What it tells of the adapter that it trains. */
  readonly adapter: TrialAdapter;
  readonly epochs: number;
  /** Samples a step. */
  readonly batchSize: number;
  readonly schedule: Schedule;
  readonly weightDecay: number;
  /** Norm that gradients are clipped to; 0 = not at all. */
  readonly maxGradNorm: number;
  /** Evaluations in each epoch. */
  readonly evaluationsAnEpoch: number;
  /** Evaluations without a better one after which training ends; 0 = never. */
  readonly patience: number;
}

export interface TrialData {
  /** Of all tasks, one behind the other. */
  readonly samples: readonly AnySample[];
  /** How many of them are each task's, and how often they come. */
  readonly mixture: Mixture;
  /** What the best checkpoint is chosen by. */
  readonly validation: readonly EvaluationSet[];
}

/** What a trial needs of the world. */
export interface TrialHooks {
  readonly emit: (event: TrialEvent) => void;
  /** Resolves when what was emitted is in the journal. */
  readonly written: () => Promise<void>;
  readonly save: (which: 'last' | 'best', checkpoint: Checkpoint) => Promise<void>;
  /** Asked after each evaluation but the one before the first step; false ends the trial there. */
  readonly goesOn?: () => Promise<boolean>;
  readonly signal: AbortSignal;
  /** Milliseconds between two checkpoints beside those of evaluations. */
  readonly saveEvery: number;
}
