import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../files/atomic';
import { Journal } from '../../files/journal';
import { readRunEvents, runFiles } from '../../files/runs';
import { mayBeAlive } from '../../files/processes';
import type { LabError } from '../../shared/errors';
import { hasEnded } from '../../shared/lastLeg';
import type { UnstampedRunEvent } from '../../shared/runEvents';
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

/** A training writes its run itself, and in the middle of a step it has not seen yet that its engine is gone. */
async function endWriter(run: string): Promise<void> {
  const manifest = await manifestOf(run);
  if (manifest?.job !== 'train' || manifest.pid === process.pid) return;
  const since = Date.parse(manifest.resumedAt ?? manifest.createdAt);
  if (!(await mayBeAlive(manifest.pid, since))) return;
  try {
    process.kill(manifest.pid, 'SIGKILL');
  } catch {
    // It has ended in between.
  }
}

/**
 * Writes the end of a run whose engine died before it could: the journal is the truth of a run, and without its end it
 * would show as running. Does nothing where the run has no journal yet, or has its end.
 */
export async function recordEnd(run: string, error: LabError): Promise<void> {
  const begun = await access(join(run, runFiles.events)).then(
    () => true,
    () => false,
  );
  if (!begun) return;
  const events = await readRunEvents(run);
  if (hasEnded(events)) return;
  await endWriter(run);
  const state = error.kind === 'cancelled' ? 'cancelled' : 'failed';
  await appendEvents(run, [{ type: 'finished', state, error: error.toPayload() }]);
  const manifest = await manifestOf(run);
  if (!manifest) return;
  const ended = { ...manifest, state, finishedAt: new Date().toISOString() };
  await writeFileAtomic(join(run, runFiles.manifest), `${JSON.stringify(ended, null, 2)}\n`);
}
