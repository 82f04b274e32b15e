import { spawn, type ChildProcess } from 'node:child_process';
import { groupRuns } from './groupMembers';

/** Groups that are still running, so that none outlives this process however it ends. */
const running = new Set<ProcessGroup>();
let guarded = false;

/** What a finished command wrote, when it is wanted together with its failure. */
export class CommandError extends Error {
  constructor(command: string, code: number | null, output: string) {
    super(`${command} ended with ${code ?? 'a signal'}:\n${output.trim().slice(-4000)}`);
    this.name = 'CommandError';
  }
}

/** A command and all its descendants, in a process group of its own: what is started together ends together. */
export class ProcessGroup {
  private text = '';
  private readonly child: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(
    command: string,
    args: readonly string[],
    options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
  ) {
    guard();
    this.child = spawn(command, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(this);
    const collect = (chunk: Buffer): void => {
      this.text = (this.text + chunk.toString()).slice(-200_000);
    };
    this.child.stdout?.on('data', collect);
    this.child.stderr?.on('data', collect);
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error) => {
        this.text += String(error);
        resolve(null);
      });
      this.child.once('close', (code) => resolve(code));
    });
  }

  /** Everything written so far, to both streams, less what is too long ago. */
  get output(): string {
    return this.text;
  }

  /** Waits until the output matches, and fails at once when the command ends before it does. */
  async waitFor(pattern: RegExp, timeout: number): Promise<RegExpExecArray> {
    const deadline = Date.now() + timeout;
    let over = false;
    void this.ended.then(() => (over = true));
    for (;;) {
      const match = pattern.exec(this.text);
      if (match) return match;
      if (over || Date.now() > deadline) {
        throw new Error(
          `${over ? 'Ended' : 'Timed out'} before it wrote ${pattern}:\n${this.text.slice(-4000)}`,
        );
      }
      await pause(20);
    }
  }

  /** Asks the group to end, then ends it. Returns when no member is left. */
  async stop(): Promise<void> {
    const group = this.child.pid;
    const deadline = Date.now() + 3000;
    this.signal('SIGTERM');
    for (let wait = 10; group !== undefined && groupRuns(group); wait = 50) {
      if (Date.now() > deadline) this.signal('SIGKILL');
      await pause(wait);
    }
    running.delete(this);
  }

  /** Sends a signal to every member that there still is. */
  signal(signal: NodeJS.Signals): void {
    if (this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, signal);
    } catch {
      // The group has ended already.
    }
  }
}

/** Runs a command to its end and returns what it wrote. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<string> {
  const group = new ProcessGroup(command, args, options);
  const code = await group.ended;
  running.delete(group);
  if (code !== 0) throw new CommandError([command, ...args].join(' '), code, group.output);
  return group.output;
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * A group of its own hears no Ctrl+C from the terminal, so this process passes its own end on. A script that is meant
 * to be ended so sets process.exitCode in a handler of its own.
 */
function guard(): void {
  if (guarded) return;
  guarded = true;
  process.on('exit', () => running.forEach((group) => group.signal('SIGKILL')));
  let ending = false;
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.on(signal, () => {
      if (ending) process.exit(code);
      ending = true;
      void Promise.all([...running].map((group) => group.stop())).finally(() =>
        process.exit(process.exitCode ?? code),
      );
    });
  }
}
