import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether the system tells of its processes as files; where it does not, tests of what is left running are skipped. */
export const processesAreListed = process.platform === 'linux';

/** A process, told apart from a later one that was given its number. */
export interface LiveProcess {
  readonly pid: number;
  /** In ticks of the clock since the machine began. */
  readonly began: number;
  readonly parent: number;
  readonly command: string;
}

/** A process and all that descend from it, as far as they run: none where it has ended. */
export function liveTree(root: number): readonly LiveProcess[] {
  const all = listed();
  const tree = all.filter(({ pid }) => pid === root);
  for (const one of tree) tree.push(...all.filter(({ parent }) => parent === one.pid));
  return tree;
}

/**
 * Processes that run with a variable in their environment, which whatever they start inherits: also those whose parents have
 * ended, and those that began since somebody looked.
 */
export const liveWith = (variable: string, value: string): readonly LiveProcess[] =>
  listed().filter(({ pid }) => contentOf(pid, 'environ').split('\0').includes(`${variable}=${value}`));

/** Those of them that still run. */
export const stillAlive = (processes: readonly LiveProcess[]): readonly LiveProcess[] =>
  processes.filter(({ pid, began }) => read(pid)?.began === began);

/** What `look` gives when the wait is over: nothing, as soon as it gives nothing. */
export async function leftAfter(
  seconds: number,
  look: () => readonly LiveProcess[],
): Promise<readonly LiveProcess[]> {
  const deadline = Date.now() + 1000 * seconds;
  for (;;) {
    const left = look();
    if (left.length === 0 || Date.now() > deadline) return left;
    await sleep(50);
  }
}

const listed = (): LiveProcess[] =>
  readdirSync('/proc').flatMap((entry) => (/^\d+$/.test(entry) ? (read(Number(entry)) ?? []) : []));

/** Undefined of a process that has ended, also where nobody has taken note of it yet. */
function read(pid: number): LiveProcess | undefined {
  const stat = contentOf(pid, 'stat');
  // The name, in parentheses, may hold anything; behind it come the state, the parent, and as the 22nd of all the start.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields.length < 20 || fields[0] === 'Z' || fields[0] === 'X') return undefined;
  const command = contentOf(pid, 'cmdline').replaceAll('\0', ' ').trim();
  return { pid, began: Number(fields[19]), parent: Number(fields[1]), command };
}

/** Empty where the process has ended meanwhile, or is somebody else's. */
function contentOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
