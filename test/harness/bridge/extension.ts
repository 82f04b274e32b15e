/**
 * Runs in the extension host, in tests only: takes functions over a Unix socket and answers with what they return.
 * Each host has a socket of its own, because after a reload the old host lives on for a while and still answers.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { BRIDGE_VARIABLE, type BridgeAnswer, type BridgeRequest, NEWEST } from './protocol';

type Evaluated = (api: typeof vscode, args: unknown) => unknown;

export function activate(context: vscode.ExtensionContext): void {
  const folder = process.env[BRIDGE_VARIABLE];
  if (!folder) return;
  const socket = `${process.pid}-${Date.now().toString(36)}.sock`;
  const server = createServer((connection) => serve(connection));
  server.listen(join(folder, socket), () => {
    // Written beside and renamed, so that a reader sees a whole name or none.
    writeFileSync(join(folder, `${socket}.name`), socket);
    renameSync(join(folder, `${socket}.name`), join(folder, NEWEST));
  });
  context.subscriptions.push({ dispose: () => server.close() });
}

function serve(connection: Socket): void {
  let text = '';
  connection.setEncoding('utf8');
  connection.on('error', () => connection.destroy());
  connection.on('data', (chunk: string) => {
    text += chunk;
    if (!text.endsWith('\n')) return;
    void answer(text).then((line) => connection.end(line));
  });
}

async function answer(line: string): Promise<string> {
  let result: BridgeAnswer;
  try {
    const { source, args } = JSON.parse(line) as BridgeRequest;
    // The compiler of the tests wraps functions in calls of __name, which exists only in its own output.
    const compile = new Function('require', '__name', `return (${source})`) as (
      ...globals: unknown[]
    ) => Evaluated;
    const run = compile(require, (value: unknown) => value);
    result = { value: await run(vscode, args) };
  } catch (error) {
    result = {
      error:
        error instanceof Error
          ? { message: error.message, ...(error.stack === undefined ? {} : { stack: error.stack }) }
          : { message: String(error) },
    };
  }
  try {
    return `${JSON.stringify(result)}\n`;
  } catch (error) {
    return `${JSON.stringify({ error: { message: `The result is no JSON: ${String(error)}` } })}\n`;
  }
}
