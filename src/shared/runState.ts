import type { ErrorPayload } from './errors';
import type { PlanFile } from './planFile';
import type { Cost, Job, RunEvent, SearchedTrial, Stage } from './runEvents';
import { applyTrialEvent, type TrialState } from './trialState';
import type { Device, Estimator, LabelKind, MemoryMode, Module } from './words';

/** What replaying a run's events gives: all that a view, the status bar or the terminal shows of a run. */
export interface RunState {
  readonly job: Job | undefined;
  readonly experiment: string;
  readonly startedAt: string | undefined;
  /** When it last went on after it was stopped. */
  readonly resumedAt: string | undefined;
  readonly labels: LabelKind | undefined;
  readonly estimator: Estimator | undefined;
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
  readonly estimate: Cost | undefined;
  readonly actual: Cost | undefined;
  readonly plan: PlanFile | undefined;
  /** What a reader of the results should know. */
  readonly notes: readonly string[];
  readonly trials: readonly TrialState[];
  /** Of a rank search, by number. */
  readonly searched: readonly SearchedTrial[];
  readonly searchEnd: { readonly words: string; readonly best: number | undefined } | undefined;
  readonly wrote: readonly string[];
  /** What went wrong and was no reason to end, with what was done about it as `next`. */
  readonly setbacks: readonly ErrorPayload[];
  readonly error: ErrorPayload | undefined;
}

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
}

export const emptyRun: RunState = {
  job: undefined,
  experiment: '',
  startedAt: undefined,
  resumedAt: undefined,
  labels: undefined,
  estimator: undefined,
  status: 'empty',
  stage: undefined,
  device: undefined,
  model: undefined,
  modules: [],
  tasks: [],
  memory: undefined,
  share: undefined,
  step: undefined,
  estimate: undefined,
  actual: undefined,
  plan: undefined,
  notes: [],
  trials: [],
  searched: [],
  searchEnd: undefined,
  wrote: [],
  setbacks: [],
  error: undefined,
};

/** The state after one more event. Pure: replaying the same events always gives the same state. */
export function applyEvent(state: RunState, event: RunEvent): RunState {
  switch (event.type) {
    case 'started':
      return {
        ...emptyRun,
        job: event.job,
        experiment: event.experiment,
        startedAt: event.at,
        labels: event.labels,
        estimator: event.estimator,
        status: 'running',
        tasks: event.tasks.map((name) => emptyTask(name)),
      };
    case 'resumed':
      return { ...state, status: 'running', error: undefined, resumedAt: event.at };
    case 'device':
      return {
        ...state,
        device: {
          name: event.device,
          description: event.description,
          gflops: event.gflops,
          refused: event.refused,
        },
      };
    case 'model':
      return {
        ...state,
        model: {
          name: event.model,
          architecture: event.architecture,
          layers: event.layers,
          parameters: event.parameters,
        },
        modules: event.modules,
      };
    case 'memory': {
      const { mode, processes, threads, processBytes, stateBytes, card } = event;
      return {
        ...state,
        memory: {
          mode,
          processes,
          threads,
          processBytes,
          stateBytes,
          ...(card === undefined ? {} : { card }),
        },
      };
    }
    case 'again':
      return { ...state, setbacks: [...state.setbacks, { ...event.error, next: event.next }] };
    case 'progress':
      return { ...state, share: event.share, step: event.step };
    case 'estimate':
      return { ...state, estimate: event.estimate };
    case 'stage':
      return { ...state, stage: event.stage };
    case 'scores':
      return withTask(state, event.task, (task) => ({
        ...task,
        samplesDone: event.samplesDone,
        samplesTotal: event.samplesTotal,
        scores: event.scores,
        standardErrors: event.standardErrors,
        layerStandardErrors: event.layerStandardErrors,
        ...(event.layerScores === undefined ? {} : { layerScores: event.layerScores }),
      }));
    case 'stability':
      return withTask(state, event.task, (task) => ({
        ...task,
        stability: { halvesKendallTau: event.halvesKendallTau, topKAgreement: event.topKAgreement },
        ...(event.intervals === undefined ? {} : { layerIntervals: event.intervals }),
        ...(event.selection === undefined ? {} : { selection: event.selection }),
      }));
    case 'note':
      return state.notes.includes(event.text) ? state : { ...state, notes: [...state.notes, event.text] };
    case 'searched': {
      const { trial } = event;
      const others = state.searched.filter(({ number }) => number !== trial.number);
      return { ...state, searched: [...others, trial].sort((a, b) => a.number - b.number) };
    }
    case 'search-ended':
      return { ...state, searchEnd: { words: event.words, best: event.best } };
    case 'trial':
    case 'step':
    case 'evaluated':
    case 'reallocated':
      return { ...state, trials: applyTrialEvent(state.trials, event) };
    case 'plan':
      return { ...state, plan: event.plan };
    case 'wrote':
      return { ...state, wrote: [...state.wrote, event.path] };
    case 'actual':
      return { ...state, actual: event.actual };
    case 'finished':
      return { ...state, status: event.state, error: event.error };
  }
}

/** Share of the work that is done, 0 to 1: of the arithmetic where the run tells, else of the samples. */
export function progressOf(state: RunState): number {
  if (state.status === 'done') return 1;
  if (state.share !== undefined) return state.share;
  const perTask = state.tasks.map((task) =>
    task.samplesTotal > 0 ? task.samplesDone / task.samplesTotal : 0,
  );
  return perTask.length === 0 ? 0 : perTask.reduce((sum, share) => sum + share, 0) / perTask.length;
}

const emptyTask = (name: string): TaskState => ({
  name,
  samplesDone: 0,
  samplesTotal: 0,
  scores: [],
  standardErrors: [],
  layerStandardErrors: [],
  stability: undefined,
});

function withTask(state: RunState, name: string, change: (task: TaskState) => TaskState): RunState {
  const known = state.tasks.some((task) => task.name === name);
  const tasks = known ? state.tasks : [...state.tasks, emptyTask(name)];
  return { ...state, tasks: tasks.map((task) => (task.name === name ? change(task) : task)) };
}
