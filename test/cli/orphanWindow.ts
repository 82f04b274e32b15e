import { EngineClient } from '../../src/extension/engineClient/engineClient';
import { EngineSession } from '../../src/extension/engineClient/engineSession';
import { logOf } from '../unit/extension/logOf';

/**
 * A window as far as its engine can tell: a process that asks the engine for a search by the extension's own client, and ends as
 * it is told by a word on standard input: `node orphanWindow.js WORKER EXPERIMENT RUN`, bundled.
 */
const [worker = '', experiment = '', run = ''] = process.argv.slice(2);
const client = new EngineClient({
  worker,
  findRuntime: () =>
    Promise.resolve({
      ...{ execPath: process.execPath, version: process.versions.node, reason: 'a test' },
      env: { ...process.env },
    }),
  loadSession: () => Promise.resolve(EngineSession),
  log: logOf().log,
});
const order = { experiment, run, device: 'native', resume: false, job: 'search', processes: 1 } as const;
// How it ends is not what is asked here.
client.request('search', order).catch(() => undefined);

process.stdin.setEncoding('utf8').on('data', (said: string) => {
  const word = said.trim();
  if (word === 'close') void client.dispose().then(() => process.exit(0));
  else if (word === 'exit') process.exit(0);
  else throw new Error('The window broke.');
});
