import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isWorkedOn } from '../../files/workedOn';
import { canResume, readManifest, runFiles } from '../../files/runs';
import { LabError } from '../../shared/errors';
import { hasEnded } from '../../shared/lastLeg';
import type { RunEvent } from '../../shared/runEvents';
import type { RunManifest } from '../../shared/runManifest';

/**
 * A run whose journal has rested so long and whose process is gone will not go on. Not at once, since the run may be
 * another machine's that shares the disk, whose processes are not seen from here.
 */
const restSeconds = 5;

/** A run's `run.json`, or undefined where it is missing or of another version. */
export const manifestOf = (run: string): Promise<RunManifest | undefined> =>
  readManifest(run).catch(() => undefined);

/**
 * The event that an orphan's journal lacks: a run whose process was killed never wrote its end, and would show as running
 * for ever. Nothing is written, as the run may belong to another machine that shares the disk.
 *
 * @returns undefined where the run has ended or may still go on
 */
export async function orphanEnd(
  run: string,
  events: readonly RunEvent[],
  now = Date.now(),
): Promise<RunEvent | undefined> {
  if (events.length === 0 || hasEnded(events)) return undefined;
  const since = await orphanedSince(run, now);
  if (since === undefined) return undefined;
  const error = lostEngine(await canResume(run)).toPayload();
  return { at: since.toISOString(), type: 'finished', state: 'failed', error };
}

/** When a run that has not ended was last written to, where nobody works on it any more; else undefined. */
export async function orphanedSince(run: string, now = Date.now()): Promise<Date | undefined> {
  const changed = await stat(join(run, runFiles.events)).catch(() => undefined);
  if (!changed || now - changed.mtimeMs < restSeconds * 1000) return undefined;
  const manifest = await manifestOf(run);
  if (manifest && (await isWorkedOn(run, manifest))) return undefined;
  return changed.mtime;
}

/** What is said of such a run. */
export const lostEngine = (goesOn: boolean): LabError =>
  new LabError(
    'engine-killed',
    'The engine of this run is gone, and the run did not come to its end.',
    goesOn ? 'Resume it: what was done is kept.' : 'Start it again.',
  );
