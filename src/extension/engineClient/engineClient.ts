import { cancelled, toLabError, type LabError } from '../../shared/errors';
import type { Method, Params, Result } from '../../shared/protocol';
import { Emitter } from '../emitter';
import type { Log } from '../log';
import { RecentErrors } from '../recentErrors';
import { EngineProcess } from './engineProcess';
import type { EngineSession } from './engineSession';
import type { EngineState } from './engineState';
import type { NodeRuntime } from './findNode';

export interface EngineClientOptions {
  /** Path of the engine's script. */
  readonly worker: string;
  /** Asked at each start, so that a changed setting counts at the next. */
  readonly findRuntime: () => Promise<NodeRuntime>;
  /** The message layer: it takes a third of the time that the extension needs to load, and only who computes needs it. */
  readonly loadSession: () => Promise<typeof EngineSession>;
  readonly log: Log;
  /** Seconds without a sign of life after which a busy engine counts as silent. */
  readonly silenceSeconds?: number;
}

/**
 * The engine as the extension sees it. A process is started by the first request and kept; when it ends by itself, every
 * open request fails with the reason, and the next request starts another. It is never restarted behind the user's back.
 */
export class EngineClient {
  state: EngineState = { name: 'stopped' };
  private readonly states = new Emitter<EngineState>();
  private readonly grown = new Emitter<string>();
  readonly onState = this.states.event;
  /** The path of a run whose journal has grown. */
  readonly onRunGrew = this.grown.event;

  /** How processes ended that ended by themselves, or why they did not start. */
  readonly exits = new RecentErrors();

  private session: EngineSession | undefined;
  private starting: Promise<EngineSession> | undefined;
  private disposed = false;

  constructor(private readonly options: EngineClientOptions) {}

  /** The process id of the running engine, undefined where none runs. */
  get pid(): number | undefined {
    return 'pid' in this.state ? this.state.pid : undefined;
  }

  /**
   * Asks the engine, starting it where it does not run.
   *
   * @throws LabError what the engine answers, why it could not start, or why it ended before it answered
   */
  async request<M extends Method>(method: M, params: Params<M>, signal?: AbortSignal): Promise<Result<M>> {
    this.starting ??= this.start();
    const session = await this.starting;
    if (signal?.aborted) throw cancelled();
    return session.request(method, params, signal);
  }

  /** Ends the process on the user's wish; open requests fail with `reason`, the next one starts another process. */
  async stop(reason?: LabError): Promise<void> {
    const { session } = this;
    if (!session) return;
    // At once: a request that comes while this process still ends is for the next one.
    this.forget(undefined);
    await session.end(reason);
  }

  /** Ends the process for good, in little more than three seconds; open requests fail with `reason`. */
  async dispose(reason?: LabError): Promise<void> {
    this.disposed = true;
    await this.stop(reason);
  }

  private async start(): Promise<EngineSession> {
    this.set({ name: 'starting' });
    let session: EngineSession | undefined;
    try {
      const runtime = await this.options.findRuntime();
      const Session = await this.options.loadSession();
      if (this.disposed) throw cancelled();
      session = this.open(Session, runtime);
      const info = await session.hello();
      this.options.log.info(`Engine ${info.version} is ready: process ${info.pid}, Node ${info.node}.`);
      this.set({ name: 'ready', ...info });
      return session;
    } catch (thrown) {
      const error = toLabError(thrown);
      if (this.session === session) this.forget(error);
      await session?.end(error);
      throw error;
    }
  }

  private open(Session: typeof EngineSession, runtime: NodeRuntime): EngineSession {
    const { worker, log, silenceSeconds } = this.options;
    log.info(`Starting the engine on Node ${runtime.version}: ${runtime.execPath}, ${runtime.reason}.`);
    const session: EngineSession = new Session(
      EngineProcess.start(runtime, worker, log),
      {
        silent: (silent) => this.setSilent(silent),
        runGrew: ({ run }) => this.grown.fire(run),
        heartbeat: () => undefined,
        log: ({ level, message }) => log[level](`[engine] ${message}`),
      },
      log,
      silenceSeconds,
    );
    this.session = session;
    void session.ended.then((error) => {
      if (this.session !== session) return;
      if (error) log.error(`${error.message} [${error.code}]`);
      this.forget(error);
    });
    return session;
  }

  /** The process is gone, or as good as gone: the next request starts another. */
  private forget(error: LabError | undefined): void {
    this.session = undefined;
    this.starting = undefined;
    const failed = error && error.kind !== 'cancelled' ? error : undefined;
    if (failed) this.exits.add(failed);
    this.set(failed ? { name: 'failed', error: failed } : { name: 'stopped' });
  }

  private setSilent(silent: boolean): void {
    if (this.state.name !== 'ready' && this.state.name !== 'silent') return;
    this.set({ ...this.state, name: silent ? 'silent' : 'ready' });
  }

  private set(state: EngineState): void {
    this.state = state;
    this.states.fire(state);
  }
}
