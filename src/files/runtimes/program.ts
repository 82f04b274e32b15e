import { spawn, type ChildProcess } from 'node:child_process';
import { cancelled } from '../../shared/errors';

export interface ProgramOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  /** For programs that Windows only starts through its shell; no argument may then need quoting. */
  readonly shell?: boolean;
}

/** How a program ended. */
export interface ProgramEnd {
  readonly code: number | null;
  /** The end of what it wrote to stderr. */
  readonly stderr: string;
}

/** So much of stderr is remembered. */
const memory = 16_384;
/** npm hears a signal to end only between two of its steps, and one that waits for the network may last for minutes. */
const patienceMs = 2000;
const windows = process.platform === 'win32';

/**
 * Runs a program to its end, whatever that is, with everything that it starts: the signal ends all of it before this
 * promise is rejected, so that the folder it worked in can be removed.
 *
 * @throws LabError `cancelled`, or the system's error where it cannot be started
 */
export function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env, signal, shell = false }: ProgramOptions,
): Promise<ProgramEnd> {
  if (signal?.aborted) return Promise.reject(cancelled());
  const child = spawn(program, args, {
    cwd,
    env,
    shell,
    windowsHide: true,
    // A group of its own, so that the signal reaches what a wrapper script started.
    detached: !windows,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-memory)));
  let force: NodeJS.Timeout | undefined;
  const end = (): void => {
    endGroup(child, 'SIGTERM');
    force = setTimeout(() => endGroup(child, 'SIGKILL'), patienceMs);
  };
  signal?.addEventListener('abort', end, { once: true });
  return new Promise<ProgramEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (signal?.aborted ? reject(cancelled()) : resolve({ code, stderr })));
  }).finally(() => {
    clearTimeout(force);
    signal?.removeEventListener('abort', end);
  });
}

function endGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  const { pid } = child;
  if (pid === undefined) return;
  if (windows) {
    spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { windowsHide: true }).on('error', () =>
      child.kill(),
    );
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // It ended between the two lines.
  }
}
