import type { JobState } from '../executor';

/** Columns that `squeue --array --noheader --format` is asked for: id of the task, state, node, reason. */
export const squeueFormat = '%i|%T|%N|%r';
/** Of `sacct --noheader --parsable2 --allocations`: the same, as far as it knows. */
export const sacctFormat = 'JobID,State,NodeList,ExitCode';

/** States in which a job has a place or waits for one (squeue(1), "JOB STATE CODES"). */
const running = new Set(['RUNNING', 'COMPLETING', 'STAGE_OUT', 'SIGNALING', 'STOPPED', 'SUSPENDED']);
const waiting = new Set([
  ...['PENDING', 'CONFIGURING', 'REQUEUED', 'REQUEUE_FED', 'REQUEUE_HOLD', 'RESIZING', 'RESV_DEL_HOLD'],
  ...['SPECIAL_EXIT'],
]);

/** Why a job is over, for people. */
const reasons: Readonly<Record<string, string>> = {
  COMPLETED: 'its job ended without a result',
  TIMEOUT: 'it reached the time limit',
  DEADLINE: 'it reached its deadline',
  OUT_OF_MEMORY: 'it was out of memory',
  NODE_FAIL: 'its node failed',
  BOOT_FAIL: 'its node did not start',
  PREEMPTED: 'it was preempted',
  CANCELLED: 'its job was canceled',
  FAILED: 'its job failed',
};

/** What `squeue` prints, by the id of a task: `123_4`. Lines that are none are left out. */
export function readSqueue(text: string): Map<string, JobState> {
  const states = new Map<string, JobState>();
  for (const line of text.split('\n')) {
    const [id = '', state = '', node = '', reason = ''] = line.trim().split('|');
    if (id !== '' && state !== '') states.set(id, stateOf(state, node, reason));
  }
  return states;
}

/** What `sacct` prints, by the id of a task; steps of jobs are left out. */
export function readSacct(text: string): Map<string, JobState> {
  const states = new Map<string, JobState>();
  for (const line of text.split('\n')) {
    const [id = '', state = '', node = ''] = line.trim().split('|');
    if (/^\d+(_\d+)?$/.test(id)) states.set(id, stateOf(state.split(' ')[0] ?? '', node, ''));
  }
  return states;
}

function stateOf(state: string, node: string, reason: string): JobState {
  const isNamed = node !== '' && node !== 'None assigned' && node !== '(null)';
  if (running.has(state)) return { state: 'running', ...(isNamed ? { where: node } : {}) };
  if (waiting.has(state)) {
    const isTold = reason !== '' && reason !== 'None';
    return { state: 'waiting', ...(isTold ? { why: reason } : {}) };
  }
  const why = reasons[state] ?? `its job ended as ${state.toLowerCase()}`;
  return { state: 'gone', why: isNamed ? `${why} (${node})` : why };
}
