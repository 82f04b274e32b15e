import type { RunState } from '../../src/shared/runState';
import { pausedWords } from '../../src/shared/searchWords';
import { isOnEarlierPlan, isWorthKeeping } from '../../src/shared/verdictWords';
import type { PageAction } from '../../src/shared/webviewProtocol';
import { hasPlan, type PageView } from './view';

/** The actions that begin or end work. The others only open files and are always there. */
export const runActions = [
  'score',
  'allocate',
  'run',
  'search',
  'train',
  'judge',
  'resume',
  'commit',
  'stop',
] as const satisfies PageAction[];
export type RunAction = (typeof runActions)[number];

export const restricted = 'This window is in Restricted Mode: Adapter Lab shows runs but starts none.';
export const restrictedReason = `${restricted} Trust the workspace to start one.`;

export const recordedReason = 'A recorded run is not yours to commit. Run the experiment first.';
export const noPlanReason = 'There is no plan yet. Allocate first.';

export const elsewhereReason = 'It was started outside this window: stop it where it was started.';

export interface ActionState {
  readonly action: RunAction;
  /** Why it cannot be used now; undefined where it can. */
  readonly reason: string | undefined;
  /** The next step of the work, drawn as the page's one primary button. */
  readonly primary: boolean;
}

/** Which actions make sense now, why the others do not, and which one comes next. */
export function actionStates(view: PageView): ActionState[] {
  const next = nextStep(view);
  return runActions.map((action) => {
    const reason = reasonAgainst(action, view);
    // A plan that is edited is committed where it is edited.
    const isElsewhere = action === 'commit' && view.draft !== undefined;
    return { action, reason, primary: action === next && reason === undefined && !isElsewhere };
  });
}

/** Why a job cannot be started now, whatever it is; undefined where it can. */
export function reasonAgainstStarting(view: PageView): string | undefined {
  if (!view.trusted) return restrictedReason;
  return view.run.status === 'running' ? 'A run is in progress.' : undefined;
}

/** Why the run cannot be stopped from here; undefined where it can. */
export function reasonAgainstStopping({
  run,
  heading,
}: Pick<PageView, 'run' | 'heading'>): string | undefined {
  if (run.status !== 'running') return 'Nothing is running.';
  return heading.elsewhere === true ? elsewhereReason : undefined;
}

/** True where every task has been scored to its last sample. */
export const isScored = (run: RunState): boolean =>
  run.tasks.length > 0 &&
  run.tasks.every((task) => task.samplesTotal > 0 && task.samplesDone >= task.samplesTotal);

function reasonAgainst(action: RunAction, view: PageView): string | undefined {
  const { run } = view;
  if (action === 'stop') return reasonAgainstStopping(view);
  const starting = reasonAgainstStarting(view);
  if (starting !== undefined) return starting;
  if (action === 'resume' && !goesOn(view)) return 'No run was stopped.';
  if (action === 'allocate' && !isScored(run) && !hasPlan(view) && !mayHaveOlder(run)) {
    return 'Allocate needs scores of every task. Score the layers first.';
  }
  if (action === 'commit') {
    if (view.heading.recorded) return recordedReason;
    // What was judged is the experiment's own plan.
    const isPlanned = hasPlan(view) || run.verdict !== undefined;
    if (!isPlanned || run.status !== 'done') return 'Commit Plan needs a plan. Allocate first.';
  }
  return undefined;
}

/**
 * A run that broke off while it scored or trained goes on from there, and so does one with something to do behind its scores;
 * one that never began to has nothing to go on from.
 */
export const isResumable = (run: RunState): boolean =>
  mayHaveOlder(run) &&
  run.memory !== undefined &&
  (!run.wrote.includes('scores.json') || goesOnBehindScores(run));

/** The same for a page: a search that has come to its end goes on where a trial was asked for since. */
export const goesOn = ({ run, outlook, heading }: PageView): boolean =>
  isResumable(run) ||
  (run.status !== 'running' && !heading.recorded && (outlook?.requests.waiting.length ?? 0) > 0);

/** A verdict that is open, or a search, by itself or in the main job; one that ended without any trial would end so again. */
const goesOnBehindScores = ({ job, search, searchEnd, verdict }: RunState): boolean =>
  verdict?.isOver === false ||
  ((job === 'search' || search !== undefined) && (searchEnd === undefined || searchEnd.best !== undefined));

/** A run that broke off says nothing of the scores of earlier ones, from which Allocate then plans. */
const mayHaveOlder = ({ status }: RunState): boolean => status === 'failed' || status === 'cancelled';

/** What comes next: the page has one primary button, wherever it stands. */
export function nextStep(view: PageView): RunAction | 'apply' | undefined {
  const { run, heading, draft } = view;
  // A plan that was changed is applied first.
  if (draft && draft.readOnly === undefined && !draft.isApplied) return 'apply';
  // A search that is paused has a button of its own to go on.
  if (run.status === 'running') return pausedWords(run) === undefined ? 'stop' : undefined;
  // The error's own box has the next step then.
  if (run.status === 'failed') return undefined;
  if (heading.recorded) return 'run';
  if (goesOn(view)) return 'resume';
  // A verdict on an earlier plan says nothing of this one.
  const isWorth = run.verdict === undefined || isOnEarlierPlan(run) || isWorthKeeping(run.verdict);
  if (hasPlan(view) && run.status === 'done') return isWorth ? 'commit' : undefined;
  if (run.job === 'judge') return run.verdict && isWorth ? 'commit' : undefined;
  if (run.job === 'train') return undefined;
  return isScored(run) ? 'allocate' : 'run';
}
