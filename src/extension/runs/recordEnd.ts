import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../files/atomic';
import { Journal } from '../../files/journal';
import { runFiles } from '../../files/runs';
import { skimRunEvents } from '../../files/skim/skimRun';
import { mayBeAlive } from '../../files/processes';
import type { LabError } from '../../shared/errors';
import { hasEnded } from '../../shared/lastLeg';
import { outcomeWords } from '../../shared/outcomeWords';
import type { UnstampedRunEvent } from '../../shared/runEvents';
import { replay } from '../../shared/replay';
import { emptyRun } from '../../shared/runState';
import { manifestOf } from './orphan';

/** Appends events to a run's journal, each stamped with the time. Only for runs that no engine writes to any more. */
export async function appendEvents(run: string, events: readonly UnstampedRunEvent[]): Promise<void> {
  const journal = await Journal.open(join(run, runFiles.events));
  try {
    for (const event of events) await journal.append({ at: new Date().toISOString(), ...event });
  } finally {
    await journal.close();
  }
}

/**
 * A process apart writes its run itself, and in the middle of a step it has not seen yet that its engine is gone.
 * @returns whether there was one
 */
async function endWriter(run: string): Promise<boolean> {
  const manifest = await manifestOf(run);
  if (manifest === undefined || manifest.pid === process.pid) return false;
  const since = Date.parse(manifest.resumedAt ?? manifest.createdAt);
  if (!(await mayBeAlive(manifest.pid, since, manifest.pidBegan))) return false;
  try {
    process.kill(manifest.pid, 'SIGKILL');
  } catch {
    // It has ended in between.
  }
  return true;
}

/**
 * Writes the end of a run whose engine died before it could: the journal is the truth of a run, and without its end it
 * would show as running. Does nothing where the run has no journal yet, or has its end.
 *
 * @param isApart whether a process other than the engine wrote it
 */
export async function recordEnd(run: string, error: LabError, isApart = false): Promise<void> {
  const begun = await access(join(run, runFiles.events)).then(
    () => true,
    () => false,
  );
  if (!begun) return;
  let events = await skimRunEvents(run);
  if (hasEnded(events)) return;
  // Until it was ended it may have written more, its own end too. A long journal is not read again for nothing.
  if (isApart && (await endWriter(run))) events = await skimRunEvents(run);
  if (hasEnded(events)) return;
  const state = error.kind === 'cancelled' ? 'cancelled' : 'failed';
  const end = { type: 'finished', state, error: error.toPayload() } as const;
  await appendEvents(run, [end]);
  const manifest = await manifestOf(run);
  if (!manifest) return;
  const finishedAt = new Date().toISOString();
  const outcome = outcomeWords(replay(emptyRun, [...events, { at: finishedAt, ...end }]));
  const ended = { ...manifest, state, finishedAt, outcome };
  await writeFileAtomic(join(run, runFiles.manifest), `${JSON.stringify(ended, null, 2)}\n`);
}
