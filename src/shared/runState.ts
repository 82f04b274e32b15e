import type { Certainty } from './certainty';
import type { ErrorPayload } from './errors';
import type { Pace } from './pace';
import type { PlanFile } from './planFile';
import type { Cost, Job, RunEvent, SearchedTrial, Stage } from './runEvents';
import type { TrialState } from './trialState';
import type { Verdict } from './verdict';
import type { Device, Estimator, LabelKind, MemoryMode, Module } from './words';

/** What replaying a run's events gives: all that a view, the status bar or the terminal shows of a run. */
export interface RunState {
  readonly job: Job | undefined;
  readonly experiment: string;
  readonly startedAt: string | undefined;
  /** When it last went on after it was stopped. */
  readonly resumedAt: string | undefined;
  /** When it came to its end, or broke off; undefined while it runs. */
  readonly finishedAt: string | undefined;
  readonly labels: LabelKind | undefined;
  readonly estimator: Estimator | undefined;
  /** Confidence at which scoring stops; undefined where all samples are scored. */
  readonly untilSure: number | undefined;
  readonly status: 'empty' | 'running' | 'done' | 'failed' | 'cancelled';
  readonly stage: Stage | undefined;
  readonly device:
    { name: Device; description: string; gflops: number; refused: RefusedDevice[] } | undefined;
  readonly model: { name: string; architecture: string; layers: number; parameters: number } | undefined;
  readonly modules: readonly Module[];
  readonly tasks: readonly TaskState[];
  /** How memory is spent, and by how many processes. */
  readonly memory: MemoryUse | undefined;
  /** Of the arithmetic, 0 to 1; undefined in runs of versions that did not tell. */
  readonly share: number | undefined;
  readonly step: string | undefined;
  /** How fast `share` grows, since it was last measured anew. */
  readonly pace: Pace | undefined;
  readonly estimate: Cost | undefined;
  readonly actual: Cost | undefined;
  readonly plan: PlanFile | undefined;
  /** Whether it stands in the experiment since. */
  readonly isPlanWritten: boolean;
  /** What a reader of the results should know. */
  readonly notes: readonly string[];
  /** Where the parts are that an executor does, or were when the run was left to it; undefined where there are none under way. */
  readonly pieces: PiecesState | undefined;
  readonly trials: readonly TrialState[];
  readonly search: SearchState | undefined;
  /** Of a rank search, by number. */
  readonly searched: readonly SearchedTrial[];
  readonly searchEnd: { readonly words: string; readonly best: number | undefined } | undefined;
  /** Plan against controls, as far as they are trained; undefined where nothing is judged. */
  readonly verdict: Verdict | undefined;
  readonly wrote: readonly string[];
  /** What went wrong and was no reason to end, with what was done about it as `next`: a few, as each makes the work smaller. */
  readonly setbacks: readonly ErrorPayload[];
  readonly error: ErrorPayload | undefined;
}

/** A rank search once it has begun. */
export interface SearchState {
  /** At most, with those asked for by hand. */
  readonly trials: number;
  /** The number of the best one so far. */
  readonly best: number | undefined;
  /** No trial begins until somebody says so. */
  readonly paused: boolean;
}

export type PiecesState = Omit<Extract<RunEvent, { type: 'pieces' }>, 'at' | 'type'>;

export interface MemoryUse {
  readonly mode: MemoryMode;
  readonly processes: number;
  readonly threads: number;
  readonly processBytes: number;
  readonly stateBytes: number;
  /** The card whose memory it is; absent where it is the machine's. */
  readonly card?: string | undefined;
}

export interface RefusedDevice {
  readonly device: Device;
  readonly reason: string;
}

export interface TaskState {
  readonly name: string;
  readonly samplesDone: number;
  readonly samplesTotal: number;
  /** In the order of `RunState.modules`; empty until the first batch. */
  readonly scores: readonly number[];
  readonly standardErrors: readonly number[];
  /** Index = layer; undefined where they are the sums over modules. */
  readonly layerScores?: readonly number[] | undefined;
  /** Index = layer. */
  readonly layerStandardErrors: readonly number[];
  readonly stability: { halvesKendallTau: number; topKAgreement: number } | undefined;
  /** Index = layer: low and high of the bootstrap's intervals; undefined where there are none. */
  readonly layerIntervals?: readonly (readonly [number, number])[] | undefined;
  /** How sure the top `count` layers are. */
  readonly selection?: Extract<RunEvent, { type: 'stability' }>['selection'] | undefined;
  /** What was looked at to stop early; undefined where all samples are scored. */
  readonly certainty?: Certainty | undefined;
}

export const emptyRun: RunState = {
  job: undefined,
  experiment: '',
  startedAt: undefined,
  resumedAt: undefined,
  finishedAt: undefined,
  labels: undefined,
  estimator: undefined,
  untilSure: undefined,
  status: 'empty',
  stage: undefined,
  device: undefined,
  model: undefined,
  modules: [],
  tasks: [],
  memory: undefined,
  share: undefined,
  step: undefined,
  pace: undefined,
  estimate: undefined,
  actual: undefined,
  plan: undefined,
  isPlanWritten: false,
  notes: [],
  pieces: undefined,
  trials: [],
  search: undefined,
  searched: [],
  searchEnd: undefined,
  verdict: undefined,
  wrote: [],
  setbacks: [],
  error: undefined,
};

/** Share of the work that is done, 0 to 1: of the arithmetic where the run tells, else of the samples. */
export function progressOf(state: RunState): number {
  if (state.status === 'done') return 1;
  if (state.share !== undefined) return state.share;
  const perTask = state.tasks.map((task) =>
    task.samplesTotal > 0 ? task.samplesDone / task.samplesTotal : 0,
  );
  return perTask.length === 0 ? 0 : perTask.reduce((sum, share) => sum + share, 0) / perTask.length;
}
