import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type CancellationToken,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import {
  notifications,
  requests,
  type Method,
  type Notification,
  type Payload,
  type Result,
} from '../../../src/shared/protocol';

const main = path.join(__dirname, '..', '..', '..', 'src', 'worker', 'main.ts');

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The real engine process with the client's end of its channel; what it sends is decoded by the protocol. */
export class Engine {
  readonly child: ChildProcess = fork(main, {
    execArgv: ['--require', 'tsx/cjs'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  readonly exit = new Promise<Exit>((resolve) =>
    this.child.on('exit', (code, signal) => resolve({ code, signal })),
  );
  stderr = '';
  private readonly connection: MessageConnection;
  private readonly listeners = new Set<() => void>();
  readonly received: { [N in Notification]: Payload<N>[] } = { runGrew: [], heartbeat: [], log: [] };

  constructor() {
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.connection = createMessageConnection(
      new IPCMessageReader(this.child),
      new IPCMessageWriter(this.child),
    );
    for (const name of Object.keys(notifications) as Notification[]) {
      this.connection.onNotification(name, (payload: unknown) => {
        (this.received[name] as unknown[]).push(notifications[name].parse(payload));
        for (const listener of this.listeners) listener();
      });
    }
    this.connection.listen();
  }

  async request<M extends Method>(method: M, params: unknown, token?: CancellationToken): Promise<Result<M>> {
    return requests[method].result.parse(await this.send(method, params, token)) as Result<M>;
  }

  /** A request as another client might make it: any number of parameters. */
  sendAll(method: string, ...params: unknown[]): Promise<unknown> {
    return this.connection.sendRequest(method, ...params);
  }

  send(method: string, params: unknown, token?: CancellationToken): Promise<unknown> {
    // An undefined token would be sent as a second parameter.
    return token === undefined
      ? this.connection.sendRequest(method, params)
      : this.connection.sendRequest(method, params, token);
  }

  /** Resolves when a notification makes the condition true. */
  until(condition: () => boolean | Promise<boolean>): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void =>
        void Promise.resolve(condition()).then((holds) => {
          if (!holds) return;
          this.listeners.delete(look);
          resolve();
        }, reject);
      this.listeners.add(look);
      void this.exit.then(({ code, signal }) =>
        reject(new Error(`The engine ended (${code ?? signal}): ${this.stderr}`)),
      );
    });
  }

  /** Takes the channel away, as a closed window does; resolves with how the process ended. */
  async leave(): Promise<Exit> {
    if (this.child.connected) this.child.disconnect();
    const exit = await this.exit;
    this.connection.dispose();
    return exit;
  }
}
