import type { RunState } from '../../src/shared/runState';
import type { PageAction } from '../../src/shared/webviewProtocol';
import type { PageView } from './view';

/** The actions that begin or end work. The others only open files and are always there. */
export const runActions = [
  'score',
  'allocate',
  'run',
  'train',
  'resume',
  'commit',
  'stop',
] as const satisfies PageAction[];
export type RunAction = (typeof runActions)[number];

export const restrictedReason =
  'This window is in Restricted Mode: Adapter Lab shows runs but starts none. Trust the workspace to start one.';

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
    return { action, reason, primary: action === next && reason === undefined };
  });
}

/** Why a job cannot be started now, whatever it is; undefined where it can. */
export function reasonAgainstStarting(view: PageView): string | undefined {
  if (!view.trusted) return restrictedReason;
  return view.run.status === 'running' ? 'A run is in progress.' : undefined;
}

/** True where every task has been scored to its last sample. */
export const isScored = (run: RunState): boolean =>
  run.tasks.length > 0 &&
  run.tasks.every((task) => task.samplesTotal > 0 && task.samplesDone >= task.samplesTotal);

function reasonAgainst(action: RunAction, view: PageView): string | undefined {
  const { run } = view;
  if (action === 'stop') return run.status === 'running' ? undefined : 'Nothing is running.';
  const starting = reasonAgainstStarting(view);
  if (starting !== undefined) return starting;
  if (action === 'resume' && !isResumable(run)) return 'No run was stopped.';
  if (action === 'allocate' && !isScored(run) && !run.plan && !mayHaveOlder(run)) {
    return 'Allocate needs scores of every task. Score the layers first.';
  }
  if (action === 'commit') {
    if (view.heading.recorded) return 'A recorded run is not yours to commit. Run the experiment first.';
    if (!run.plan || run.status !== 'done') return 'Commit Plan needs a plan. Allocate first.';
  }
  return undefined;
}

/** A run that broke off while it scored goes on from there; one that never began to has nothing to go on from. */
export const isResumable = (run: RunState): boolean =>
  mayHaveOlder(run) && run.memory !== undefined && !run.wrote.includes('scores.json');

/** A run that broke off says nothing of the scores of earlier ones, from which Allocate then plans. */
const mayHaveOlder = ({ status }: RunState): boolean => status === 'failed' || status === 'cancelled';

function nextStep({ run, heading }: PageView): RunAction | undefined {
  if (run.status === 'running') return 'stop';
  // The error's own box has the next step then.
  if (run.status === 'failed') return undefined;
  if (heading.recorded) return 'run';
  if (isResumable(run)) return 'resume';
  if (run.plan && run.status === 'done') return 'commit';
  if (run.job === 'train') return undefined;
  return isScored(run) ? 'allocate' : 'run';
}
