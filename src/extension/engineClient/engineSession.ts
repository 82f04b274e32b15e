import { cancelled, LabError } from '../../shared/errors';
import { protocolVersion, type Method, type Params, type Result } from '../../shared/protocol';
import type { Log } from '../log';
import { EngineConnection, type NotificationListeners } from './engineConnection';
import type { EngineProcess } from './engineProcess';
import type { EngineInfo } from './engineState';
import { exitError } from './exitError';
import { Watchdog } from './watchdog';

export interface SessionListeners extends NotificationListeners {
  readonly silent: (silent: boolean) => void;
}

/** How long a process may take until it says hello: a cold disk and busy cores included. */
const helloSeconds = 60;

/** The life of one engine process: hello, requests, watch over it, end. */
export class EngineSession {
  /** Settles with the reason when the process has ended; undefined where it was ended on purpose. */
  readonly ended: Promise<LabError | undefined>;
  private readonly connection: EngineConnection;
  private readonly watchdog: Watchdog;
  private readonly ticking: NodeJS.Timeout;
  private readonly pending = new Set<(error: LabError) => void>();
  /** Why it was ended on purpose. */
  private reason: LabError | undefined;

  constructor(
    private readonly process: EngineProcess,
    listeners: SessionListeners,
    log: Log,
    silenceSeconds?: number,
  ) {
    this.watchdog = new Watchdog(() => this.pending.size > 0, listeners.silent, silenceSeconds);
    this.ticking = setInterval(() => this.watchdog.tick(), 1000);
    process.child.on('message', () => this.watchdog.heard());
    this.connection = new EngineConnection(process.child, listeners, log);
    this.ended = process.ended.then((exit) => {
      clearInterval(this.ticking);
      const error = this.reason ?? exitError(exit);
      for (const reject of [...this.pending]) reject(error);
      this.connection.dispose();
      return this.reason ? undefined : error;
    });
  }

  /**
   * The first exchange.
   *
   * @throws LabError `engine-protocol` for another version of it, `engine-silent` where nothing comes back
   */
  async hello(): Promise<EngineInfo> {
    const late = setTimeout(() => void this.end(noHello()), helloSeconds * 1000);
    try {
      const answer = await this.request('hello', { protocol: protocolVersion });
      if (answer.protocol === protocolVersion) return answer;
      throw new LabError(
        'engine-protocol',
        `The engine speaks version ${answer.protocol} of the protocol, the editor ${protocolVersion}.`,
        'Reload the window, so that both come from one version of Adapter Lab.',
      );
    } finally {
      clearTimeout(late);
    }
  }

  /** @throws LabError what the engine answers, or why it ended before it could */
  async request<M extends Method>(method: M, params: Params<M>, signal?: AbortSignal): Promise<Result<M>> {
    let fail: ((error: LabError) => void) | undefined;
    const died = new Promise<never>((_, reject) => {
      fail = reject;
      this.pending.add(reject);
    });
    try {
      const answer = this.connection.request(method, params, signal);
      // Where the process died first, the answer is a rejection that nobody waits for any more.
      answer.catch(() => undefined);
      return await Promise.race([answer.catch((error: unknown) => this.unlessDead(error)), died]);
    } finally {
      if (fail) this.pending.delete(fail);
    }
  }

  /** Ends the process; open requests fail with `reason`. */
  async end(reason: LabError = cancelled()): Promise<void> {
    this.reason ??= reason;
    await this.process.end();
    await this.ended;
  }

  /** The channel closes a moment before the process is known to have ended, and that says more. */
  private async unlessDead(error: unknown): Promise<never> {
    if (!(error instanceof LabError) || error.code !== 'engine-protocol') throw error;
    const alive = new Promise<'alive'>((resolve) => setTimeout(() => resolve('alive'), 500));
    const exit = this.process.child.connected ? 'alive' : await Promise.race([this.process.ended, alive]);
    if (exit === 'alive') throw error;
    throw this.reason ?? exitError(exit);
  }
}

const noHello = (): LabError =>
  new LabError(
    'engine-silent',
    `The engine did not answer within ${helloSeconds} seconds of its start.`,
    'Try again; if it stays silent, report it with the log.',
  );
