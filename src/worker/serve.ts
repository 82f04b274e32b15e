import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  ResponseError,
  type CancellationToken,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import * as z from 'zod';
import { readExperiment } from '../configs/experiment/parse';
import { listDevices } from '../engine/devices';
import { scoreExperiment } from '../engine/scoreExperiment';
import { withUsual } from '../engine/apart/serveApart';
import { workApart } from '../engine/apart/workApart';
import { LabError, toLabError } from '../shared/errors';
import {
  protocolVersion,
  requests,
  type Method,
  type Notification,
  type Params,
  type Payload,
  type Result,
} from '../shared/protocol';
import { version } from '../shared/version';

const heartbeatMs = 2000;

type Handlers = { [M in Method]: (params: Params<M>, signal: AbortSignal) => Promise<Result<M>> };

/** Answers requests on the fork's IPC channel until the client is gone. */
export function serve(): void {
  const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
  const handlers = handlersOf(connection);
  for (const method of Object.keys(requests) as Method[]) register(connection, method, handlers);
  setInterval(
    () => notify(connection, 'heartbeat', { rssBytes: process.memoryUsage.rss() }),
    heartbeatMs,
  ).unref();
  connection.listen();
}

function handlersOf(connection: MessageConnection): Handlers {
  return {
    hello: ({ protocol }) => {
      if (protocol === protocolVersion) {
        return Promise.resolve({ protocol, version, node: process.versions.node, pid: process.pid });
      }
      throw new LabError(
        'engine-protocol',
        `The engine speaks protocol ${protocolVersion}, the editor ${protocol}.`,
        'Reload the window.',
      );
    },
    devices: async () => ({ devices: await listDevices() }),
    score: async ({ experiment, run, job, device, resume, processes, executor }, signal) => {
      await scoreExperiment(
        withUsual(await readExperiment(experiment), executor),
        {
          ...{ run, job, device, version, resume, told: toldOf(connection, { run }) },
          ...(processes === undefined ? {} : { processes }),
        },
        signal,
      );
      return { run };
    },
    train: async (order, signal) => {
      await workApart({ ...order, job: 'train', version }, toldOf(connection, order), signal);
      return { run: order.run };
    },
    judge: async (order, signal) => {
      await workApart({ ...order, job: 'judge', version }, toldOf(connection, order), signal);
      return { run: order.run };
    },
    search: async (order, signal) => {
      await workApart({ ...order, version }, toldOf(connection, order), signal);
      return { run: order.run };
    },
  };
}

/** What a job calls after each write to its run's journal. */
const toldOf =
  (connection: MessageConnection, { run }: { readonly run: string }) =>
  (): void =>
    notify(connection, 'runGrew', { run });

/** Decodes the parameters, turns the client's cancellation into a signal, and errors into payloads. */
function register<M extends Method>(connection: MessageConnection, method: M, handlers: Handlers): void {
  connection.onRequest(method, async (...received: unknown[]) => {
    try {
      // The token comes last, behind as many parameters as the client sent: ours sends one.
      const token = received.pop() as CancellationToken;
      const params = received.length === 1 ? received[0] : received;
      return await handlers[method](decode(method, params), signalOf(token));
    } catch (thrown) {
      const error = toLabError(thrown);
      if (error.code === 'internal' && thrown instanceof Error) process.stderr.write(`${thrown.stack}\n`);
      return new ResponseError(
        error.kind === 'cancelled' ? -32800 : -32000,
        error.message,
        error.toPayload(),
      );
    }
  });
}

function decode<M extends Method>(method: M, params: unknown): Params<M> {
  const parsed = requests[method].params.safeParse(params);
  if (parsed.success) return parsed.data as Params<M>;
  throw new LabError(
    'engine-protocol',
    `The engine got a '${method}' request that it cannot read: ${z.prettifyError(parsed.error)}.`,
    'Reload the window.',
  );
}

function signalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}

function notify<N extends Notification>(connection: MessageConnection, name: N, payload: Payload<N>): void {
  // A client that has gone in the meantime is no reason to fail.
  connection.sendNotification(name, payload).catch(() => undefined);
}
