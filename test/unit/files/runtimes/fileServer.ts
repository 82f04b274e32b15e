import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A server for the tests of a `describe` block, with its answers by path; whatever else is asked for is not there. */
export function fileServer(): { base: string; answers: Map<string, Answer>; asked: string[] } {
  const answers = new Map<string, Answer>();
  const asked: string[] = [];
  const state = { base: '', answers, asked };
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(`${request.method} ${path}`);
    const answer = answers.get(path);
    if (answer) answer(response, request);
    else response.writeHead(404).end('not here');
  });
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    state.base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return state;
}

/** Answers with a whole file, to HEAD with its size alone. */
export const whole =
  (bytes: Uint8Array): Answer =>
  (response) => {
    response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
  };
