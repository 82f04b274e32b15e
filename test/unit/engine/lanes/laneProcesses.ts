import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { laneArgument } from '../../../../src/engine/lanes/messages';

/** Whether the system tells of its processes as files; where it does not, tests of what is left running are skipped. */
export const processesAreListed = process.platform === 'linux';

/** Lanes that a process has started and that still run: their process numbers. */
export function lanesOf(parent = process.pid): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((id) => {
      try {
        const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
        // The name, in parentheses, may hold anything; after it come the state and the parent.
        const [state, of] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (Number(of) !== parent || state === 'Z' || state === 'X') return false;
        return readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0').includes(laneArgument);
      } catch {
        return false;
      }
    });
}

export function isRunning(id: number): boolean {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

/** Resolves once none of them runs; the test's own limit ends the wait. */
export async function untilGone(ids: readonly number[]): Promise<void> {
  while (ids.some(isRunning)) await sleep(20);
}
