import { join } from 'node:path';
import type { RunEvent } from '../../shared/runEvents';
import { JournalTail } from '../journalTail';
import { readLines } from '../readJournal';
import { runFiles } from '../runs';
import { RunSkim } from './runSkim';

/**
 * The events of a run that its state depends on, for those who look at it: a run of a million events opens in a fraction of a
 * second. Who has to see every event reads `readRunEvents`.
 *
 * @throws LabError `run-not-found`, `journal-invalid`
 */
export function skimRunEvents(run: string): Promise<RunEvent[]> {
  const path = join(run, runFiles.events);
  return readLines(path, new RunSkim(path));
}

/** The same, piece by piece as the run's journal grows. */
export function runTail(run: string): JournalTail<RunEvent> {
  const path = join(run, runFiles.events);
  return new JournalTail(path, (before) => new RunSkim(path, before));
}
