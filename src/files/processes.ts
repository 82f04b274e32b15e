import { readFile } from 'node:fs/promises';
import os from 'node:os';

/**
 * Whether the process that a run names may still be the one that works on it. Numbers of processes are given again: one
 * that began at another time is another. Where that cannot be told (only Linux says it in a file), the number counts.
 *
 * @param since when the run began, in milliseconds; asked where `began` is absent alone, since clocks are set back and forth
 * @param began what `beganAt` said of the process
 */
export async function mayBeAlive(pid: number, since: number, began?: number): Promise<boolean> {
  if (!exists(pid)) return false;
  const [process, self] = await Promise.all([statOf(pid), statOf(globalThis.process.pid)]);
  if (!self) return true;
  // It ended between the two questions.
  if (!process) return false;
  // A dead process whose parent has not taken note, as happens in containers, still has its number.
  if (process.state === 'Z' || process.state === 'X') return false;
  if (began !== undefined) return process.began === began;
  const selfBegan = Date.now() - globalThis.process.uptime() * 1000;
  return selfBegan + (process.began - self.began) <= since + toleranceMs;
}

/**
 * When a process began, in milliseconds after the machine did: with its number it tells it from all others, whatever is done to the
 * clock. Undefined where the system does not say.
 */
export const beganAt = async (pid: number): Promise<number | undefined> => (await statOf(pid))?.began;

/** Whether a process is of another machine that shares the disk. @param host its name; this one where absent, as earlier versions wrote */
export const isElsewhere = (host: string | undefined): boolean =>
  host !== undefined && host !== os.hostname();

/** A run is begun long after its process, so that clocks need not agree well. */
const toleranceMs = 1000;
/** Linux counts these in hundredths of a second on every machine that Node runs on. */
const tickMs = 10;

/** Whether no process has this number. */
export const isGone = (pid: number): boolean => !exists(pid);

function exists(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    // Someone else's process is a process too.
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A process's state, and when it began in milliseconds since the machine did; undefined where the system does not say. */
async function statOf(pid: number): Promise<{ state: string; began: number } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field is a name in parentheses that may hold anything; the state is the third, the start the 22nd.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const began = Number(fields[19]) * tickMs;
  return state && Number.isFinite(began) ? { state, began } : undefined;
}
