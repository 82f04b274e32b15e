import { paceAfter } from './pace';
import type { RunEvent } from './runEvents';
import { emptyRun, type RunState, type TaskState } from './runState';
import { TrialsDraft } from './trialDraft';

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
        // Processes of this machine end with the run; what a cluster was handed goes on where nobody has ended it.
        pieces: state.pieces?.executor === 'local' ? undefined : state.pieces,
      };
  }
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
