import { fork, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { LabError } from '../shared/errors';

/** This very program: its entry, and what Node is given for it. From sources, the entry for that. */
const self = (): { entry: string; execArgv: string[] } =>
  __filename.endsWith('.ts')
    ? {
        entry: path.join(__dirname, 'childMain.ts'),
        execArgv: ['--require', createRequire(__filename).resolve('tsx/cjs')],
      }
    : { entry: __filename, execArgv: [] };

/** Program and arguments that start this very program as something that the arguments name, in whatever folder. */
export function selfCommand(...args: readonly string[]): string[] {
  const { entry, execArgv } = self();
  return [process.execPath, ...execArgv, entry, ...args];
}

/**
 * Starts this very program once more, as something that its argument names. Both ends are the same program, so messages need no
 * decoding; typed arrays travel as they are.
 */
export function forkSelf(argument: string): ChildProcess {
  const { entry, execArgv } = self();
  return fork(entry, [argument], {
    execArgv,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

/** How a process ended that should not have. @param what it was: "A scoring process" @param next what the user can do */
export function endError(code: number | null, signal: string | null, what: string, next: string): LabError {
  // What a full heap of V8 or of WebAssembly ends with.
  if (signal === 'SIGABRT') return new LabError('out-of-memory', `${what} ran out of memory.`, next);
  return signal === 'SIGKILL' || signal === 'SIGTERM'
    ? new LabError('engine-killed', `${what} was killed, as a system does that is out of memory.`, next)
    : new LabError('engine-crashed', `${what} ended with ${signal ?? `code ${code}`}.`, next);
}

/** What every such process does about its parent: it ends with it, and does not end by signals that are for it. */
export function belongToParent(): void {
  // Ctrl+C in a terminal reaches every process of it, and so do other signals: whether to stop is the engine's to decide.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  endWithParent();
}

/** The engine ends its processes by killing them; one whose engine is gone ends itself. @param code that it ends with */
export function endWithParent(code = 0): void {
  process.on('disconnect', () => process.exit(code));
  // It may have gone while this program was loaded, and nobody listened.
  if (process.send !== undefined && !process.connected) process.exit(code);
}
