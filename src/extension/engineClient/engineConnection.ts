import {
  CancellationTokenSource,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  ResponseError,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import type { ChildProcess } from 'node:child_process';
import * as z from 'zod';
import { isErrorCode, LabError } from '../../shared/errors';
import {
  notifications,
  requests,
  type Method,
  type Notification,
  type Params,
  type Payload,
  type Result,
} from '../../shared/protocol';
import type { Log } from '../log';

/** What the engine tells without being asked. */
export type NotificationListeners = { readonly [N in Notification]: (payload: Payload<N>) => void };

const errorPayloadSchema = z.object({
  code: z.custom<LabError['code']>(isErrorCode),
  message: z.string(),
  next: z.string(),
});

/** Typed requests and notifications over the fork's channel; nothing is used before it was decoded. */
export class EngineConnection {
  private readonly connection: MessageConnection;

  constructor(
    child: ChildProcess,
    listeners: NotificationListeners,
    private readonly log: Log,
  ) {
    this.connection = createMessageConnection(
      new IPCMessageReader(child),
      new IPCMessageWriter(child),
      log2rpc(log),
    );
    for (const name of Object.keys(notifications) as Notification[]) this.listen(name, listeners);
    this.connection.onUnhandledNotification(({ method }) =>
      log.debug(`The engine told "${method}", unknown here.`),
    );
    this.connection.listen();
  }

  /**
   * @param signal takes the request back; the engine then answers with the error `cancelled`
   * @throws LabError what the engine answers, or `engine-protocol` for an answer that is none of the table's
   */
  async request<M extends Method>(method: M, params: Params<M>, signal?: AbortSignal): Promise<Result<M>> {
    const source = new CancellationTokenSource();
    const cancel = (): void => source.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    let answer: unknown;
    try {
      answer = await this.connection.sendRequest(method, params, source.token);
    } catch (thrown) {
      throw engineError(method, thrown);
    } finally {
      signal?.removeEventListener('abort', cancel);
      source.dispose();
    }
    const decoded = requests[method].result.safeParse(answer);
    if (decoded.success) return decoded.data as Result<M>;
    throw unreadable(`an answer to "${method}"`, decoded.error);
  }

  dispose(): void {
    this.connection.dispose();
  }

  private listen<N extends Notification>(name: N, listeners: NotificationListeners): void {
    this.connection.onNotification(name, (payload: unknown) => {
      const decoded = notifications[name].safeParse(payload);
      // What is told is a hint and nobody waits for it: noted, not thrown.
      if (decoded.success) listeners[name](decoded.data as Payload<N>);
      else this.log.warn(unreadable(`a "${name}" message`, decoded.error).message);
    });
  }
}

function engineError(method: Method, thrown: unknown): LabError {
  if (thrown instanceof ResponseError) {
    const payload = errorPayloadSchema.safeParse(thrown.data);
    if (payload.success) return LabError.fromPayload(payload.data);
  }
  const words = thrown instanceof Error ? thrown.message : String(thrown);
  return new LabError(
    'engine-protocol',
    `The engine answered "${method}" with an error that cannot be read: ${words}.`,
    'Reload the window; if it happens again, report it with the log.',
    { cause: thrown },
  );
}

const unreadable = (what: string, error: z.ZodError): LabError =>
  new LabError(
    'engine-protocol',
    `The engine sent ${what} that cannot be read (${error.issues[0]?.message ?? 'unknown form'}).`,
    'Reload the window; if it happens again, report it with the log.',
    { cause: error },
  );

const log2rpc = (
  log: Log,
): { error(m: string): void; warn(m: string): void; info(m: string): void; log(m: string): void } => ({
  error: (message) => log.error(`[engine channel] ${message}`),
  warn: (message) => log.warn(`[engine channel] ${message}`),
  info: (message) => log.debug(`[engine channel] ${message}`),
  log: (message) => log.trace(`[engine channel] ${message}`),
});
