import { readdirSync, readFileSync } from 'node:fs';

/**
 * Whether a process group has a member that still runs. A signal of 0 would be answered for the dead as well: in a
 * container whose first process is slow to reap, or never does, they stay listed long after they ended.
 */
export function groupRuns(group: number): boolean {
  try {
    process.kill(-group, 0);
  } catch {
    return false;
  }
  if (process.platform !== 'linux') return true;
  return readdirSync('/proc').some((entry) => /^\d+$/.test(entry) && runsIn(group, entry));
}

function runsIn(group: number, id: string): boolean {
  try {
    // The name, in parentheses, may hold anything; after it come the state, the parent and the group.
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
    const [state, , itsGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(itsGroup) === group && state !== 'Z' && state !== 'X';
  } catch {
    return false;
  }
}
