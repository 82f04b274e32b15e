import path from 'node:path';
import type { RunManifest } from '../shared/runManifest';
import { isBeating } from './heartbeat';
import { isElsewhere, mayBeAlive } from './processes';
import { runFiles } from './runs';

/**
 * Whether a process may work on a run that has not ended; of one of another machine the lock of the run tells, which it touches.
 * @param run absolute path of the run's folder
 */
export const isWorkedOn = (
  run: string,
  { pid, host, pidBegan, resumedAt, createdAt }: RunManifest,
): Promise<boolean> =>
  isElsewhere(host)
    ? isBeating(path.join(run, runFiles.lock))
    : mayBeAlive(pid, Date.parse(resumedAt ?? createdAt), pidBegan);
