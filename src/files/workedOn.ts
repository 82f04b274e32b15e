import os from 'node:os';
import path from 'node:path';
import type { RunManifest } from '../shared/runManifest';
import { beatsStill } from './heartbeat';
import { mayBeAlive } from './processes';
import { runFiles } from './runs';

/**
 * Whether a process may work on a run that has not ended. Of another machine that shares the disk it is known only when it wrote last.
 * @param run absolute path of the run's folder
 */
export function isWorkedOn(
  run: string,
  {
    pid,
    host,
    pidBegan,
    resumedAt,
    createdAt,
  }: Pick<RunManifest, 'pid' | 'host' | 'pidBegan' | 'resumedAt' | 'createdAt'>,
): Promise<boolean> {
  if (host !== undefined && host !== os.hostname()) return beatsStill(run, path.join(run, runFiles.events));
  return mayBeAlive(pid, Date.parse(resumedAt ?? createdAt), pidBegan);
}
