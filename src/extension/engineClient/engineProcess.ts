import { fork, type ChildProcess } from 'node:child_process';
import { dirname } from 'node:path';
import type { Log } from '../log';
import type { Exit } from './exitError';
import type { NodeRuntime } from './findNode';

/** So much of stderr is remembered to tell why the process ended. */
const memory = 8192;
const patience = { drain: 200, terminate: 3000 };

/** One process of the engine, from its start to its end. */
export class EngineProcess {
  /** Settles when the process has ended, for whatever reason; never rejects. */
  readonly ended: Promise<Exit>;
  private stderr = '';
  private over = false;

  private constructor(
    readonly child: ChildProcess,
    private readonly log: Log,
  ) {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.hear(text));
    // Nothing of the protocol travels here; libraries print to it.
    child.stdout
      ?.setEncoding('utf8')
      .on('data', (text: string) => this.log.debug(`[engine] ${text.trimEnd()}`));
    this.ended = new Promise((resolve) => {
      child.once('error', (startError) => {
        if (child.pid === undefined) resolve({ code: null, signal: null, stderr: '', startError });
      });
      child.once('exit', (code, signal) => {
        const done = (): void => resolve({ code, signal, stderr: this.stderr });
        // Its last words may still be in the pipe, which a grandchild may also hold open for long.
        child.once('close', done);
        setTimeout(done, patience.drain);
      });
    });
    void this.ended.then(() => (this.over = true));
  }

  /** @param worker path of the engine's script */
  static start(runtime: NodeRuntime, worker: string, log: Log): EngineProcess {
    const child = fork(worker, [], {
      execPath: runtime.execPath,
      // The extension host may be under a debugger, whose port is taken.
      execArgv: [],
      env: runtime.env,
      cwd: dirname(worker),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    return new EngineProcess(child, log);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Asks the process to end, and makes it after three seconds. Settles when it has ended. */
  async end(): Promise<void> {
    if (this.over) return;
    this.child.kill('SIGTERM');
    const force = setTimeout(() => this.child.kill('SIGKILL'), patience.terminate);
    await this.ended;
    clearTimeout(force);
  }

  private hear(text: string): void {
    this.stderr = (this.stderr + text).slice(-memory);
    for (const line of text.split('\n')) if (line.trim() !== '') this.log.warn(`[engine] ${line}`);
  }
}
