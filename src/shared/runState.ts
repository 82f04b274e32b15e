import type { Certainty } from './certainty';
import type { ErrorPayload } from './errors';
import { paceAfter, type Pace } from './pace';
import type { PlanFile } from './planFile';
import type { Cost, Job, RunEvent, SearchedTrial, Stage } from './runEvents';
import { TrialsDraft } from './trialDraft';
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
  /** Where the parts are that an executor does; undefined where there are none under way. */
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
        untilSure: event.untilSure,
        status: 'running',
        tasks: event.tasks.map((name) => emptyTask(name)),
      };
    case 'resumed':
      // What it had taken when it last came to its end is not what it takes.
      return {
        ...{ ...state, status: 'running', error: undefined, actual: undefined },
        ...{
          resumedAt: event.at,
          finishedAt: undefined,
          pace: undefined,
          stage: undefined,
          pieces: undefined,
        },
      };
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
      return {
        ...{ ...state, setbacks: [...state.setbacks, { ...event.error, next: event.next }] },
        pace: undefined,
      };
    case 'progress':
      return {
        ...{ ...state, share: event.share, step: event.step },
        pace: paceAfter(state.pace, event.share, event.at),
      };
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
        layerScores: event.layerScores,
      }));
    case 'stability':
      return withTask(state, event.task, (task) => ({
        ...task,
        stability: { halvesKendallTau: event.halvesKendallTau, topKAgreement: event.topKAgreement },
        ...(event.intervals === undefined ? {} : { layerIntervals: event.intervals }),
        ...(event.selection === undefined ? {} : { selection: event.selection }),
      }));
    case 'looked':
      return withTask(state, event.task, (task) => ({ ...task, certainty: event.certainty }));
    case 'note':
      return state.notes.includes(event.text) ? state : { ...state, notes: [...state.notes, event.text] };
    case 'pieces': {
      const { executor, waiting, running, nodes, why } = event;
      const pieces = { executor, waiting, running, nodes, ...(why === undefined ? {} : { why }) };
      return { ...state, pieces: waiting + running === 0 ? undefined : pieces };
    }
    case 'search-begun': {
      const { trials, finished } = event;
      const search = { trials, best: state.search?.best, paused: false };
      // What was measured before, the scores', is not the search's; nor is an end that it goes on behind.
      const share = Math.min(1, finished / trials);
      return {
        ...{ ...state, search, share, searchEnd: undefined, step: undefined, pace: undefined },
        // A search that goes on may find another plan than the one that was judged.
        ...{ estimate: undefined, verdict: undefined },
      };
    }
    case 'searched': {
      const { trial, best } = event;
      const later = state.searched.findIndex(({ number }) => number >= trial.number);
      const at = later < 0 ? state.searched.length : later;
      const isKnown = state.searched[at]?.number === trial.number;
      const searched = [
        ...state.searched.slice(0, at),
        trial,
        ...state.searched.slice(isKnown ? at + 1 : at),
      ];
      const { trials = searched.length, paused = false } = state.search ?? {};
      return { ...state, searched, search: { trials, best, paused } };
    }
    case 'search-steered': {
      const { trials, paused } = event;
      return { ...state, search: { trials, paused, best: state.search?.best }, pace: undefined };
    }
    case 'search-ended':
      return { ...state, searchEnd: { words: event.words, best: event.best } };
    case 'trial':
    case 'step':
    case 'evaluated':
    case 'reallocated': {
      const trials = new TrialsDraft(state.trials);
      trials.apply(event);
      return { ...state, trials: trials.done() };
    }
    case 'plan':
      return { ...state, plan: event.plan, isPlanWritten: false };
    case 'wrote':
      // A file that is written again, a report after each allocation, is one file still.
      return {
        ...state,
        ...(state.wrote.includes(event.path) ? {} : { wrote: [...state.wrote, event.path] }),
        isPlanWritten: state.isPlanWritten || (state.plan !== undefined && event.path === state.experiment),
      };
    case 'judge-begun': {
      // What was measured and foreseen before was of scores and trials.
      const share = Math.min(1, event.finished / Math.max(1, event.trainings));
      return { ...state, share, step: undefined, pace: undefined, estimate: undefined };
    }
    case 'judged':
      return { ...state, verdict: event.verdict };
    case 'actual':
      return { ...state, actual: event.actual };
    case 'finished':
      return {
        ...{ ...state, status: event.state, error: event.error, finishedAt: event.at },
        pieces: undefined,
      };
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
