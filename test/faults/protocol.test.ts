import assert from 'node:assert/strict';
import path from 'node:path';
import { EngineClient } from '../../src/extension/engineClient/engineClient';
import { EngineSession } from '../../src/extension/engineClient/engineSession';
import { LabError } from '../../src/shared/errors';
import { protocolVersion } from '../../src/shared/protocol';
import { logOf } from '../unit/extension/logOf';
import { campaign, injections, oneOf, seed, type Outcome, type Shot } from './campaign';
import { spoil, spoilings } from './garble';
import { RawWorker } from './rawWorker';

const hugeCharacters = 32_000_000;
const score = { experiment: '/none', run: '/none', job: 'score', device: 'auto', resume: false };

describe('a message between editor and engine', function () {
  const count = injections(0.25);
  this.timeout(60_000 * (2 + count));
  const workers: RawWorker[] = [];
  const clients: EngineClient[] = [];
  after(async () => {
    for (const worker of workers) worker.child.kill('SIGKILL');
    await Promise.all(clients.map((client) => client.dispose()));
  });

  const started = (): RawWorker => {
    const worker = new RawWorker();
    workers.push(worker);
    return worker;
  };
  let worker: RawWorker | undefined;

  async function toEngine({ random, number, say }: Shot): Promise<Outcome> {
    const how = spoilings[number % spoilings.length]!;
    const [method, params] = oneOf(random, [
      ['hello', { protocol: protocolVersion }],
      ['score', score],
      ['train', score],
    ] as const);
    worker ??= started();
    assert.ok(await worker.isWell(), worker.stderr);
    const line = spoil(random, how, worker.message(method, params).text, hugeCharacters);
    say(`to the engine: ${how}: ${line.slice(0, 100).trimEnd()}`);
    worker.write(line);
    if (await worker.isWell()) return 'undisturbed';
    // What is no JSON cannot come over a fork's channel but by a broken memory: the process ends with a word, and another works.
    const { code, signal } = await worker.ended;
    assert.deepEqual({ how: isUnreadable(line), code, signal }, { how: true, code: 1, signal: null });
    assert.match(worker.stderr, /SyntaxError/);
    worker = started();
    assert.ok(await worker.isWell(), worker.stderr);
    return 'refused';
  }

  const isUnreadable = (line: string): boolean => {
    try {
      JSON.parse(line);
      return false;
    } catch {
      return true;
    }
  };

  async function cut({ random, say }: Shot): Promise<Outcome> {
    const alone = started();
    assert.ok(await alone.isWell(), alone.stderr);
    const { text } = alone.message('score', score);
    const at = Math.floor(random() * text.length);
    say(`to the engine: the channel cut behind byte ${at} of ${text.length}`);
    alone.write(text.slice(0, at));
    alone.cut();
    assert.deepEqual(await alone.ended, { code: 0, signal: null }, alone.stderr);
    return 'refused';
  }

  async function toEditor({ random, number, say }: Shot): Promise<Outcome> {
    // Without those that are no JSON: a channel between two of ours does not give them to anybody.
    const how = spoilings[number % 4]!;
    const honest = oneOf(random, [
      { jsonrpc: '2.0', method: 'heartbeat', params: { rssBytes: 1 } },
      { jsonrpc: '2.0', method: 'runGrew', params: { run: '/a' } },
      { jsonrpc: '2.0', id: 1, result: { devices: [] } },
      { jsonrpc: '2.0', id: 0, error: { code: -32000, message: 'x' } },
    ]);
    const garbled = [1, 2, 3].map(
      () => JSON.parse(spoil(random, how, JSON.stringify(honest), 2_000)) as unknown,
    );
    say(`to the editor: ${how}: ${JSON.stringify(garbled).slice(0, 100)}`);
    const { log } = logOf();
    let isGood = false;
    const client = new EngineClient({
      worker: path.join(__dirname, 'worlds', 'garblingEngine.mjs'),
      findRuntime: () =>
        Promise.resolve({
          ...{ execPath: process.execPath, version: process.versions.node, reason: 'a test' },
          env: {
            ...process.env,
            PROTOCOL: String(protocolVersion),
            GARBLED: isGood ? '[]' : JSON.stringify(garbled),
          },
        }),
      loadSession: () => Promise.resolve(EngineSession),
      log,
    });
    clients.push(client);
    let outcome: Outcome = 'undisturbed';
    try {
      assert.deepEqual(await client.request('devices', {}), { devices: [] });
    } catch (thrown) {
      // An answer that was forged is refused by its code.
      assert.ok(thrown instanceof LabError, String(thrown));
      assert.match(thrown.code, /^engine-/);
      outcome = 'refused';
    }
    isGood = true;
    await client.stop();
    assert.deepEqual(await client.request('devices', {}), { devices: [] });
    await client.dispose();
    return outcome;
  }

  it(`that is garbled, huge or of wrong types: the engine works on behind it (${count} times, seed ${seed})`, () =>
    campaign('message to the engine', count, toEngine));

  it('that is cut: the engine ends without harm', () => campaign('message cut', Math.ceil(count / 3), cut));

  it(`that is garbled: the editor uses nothing of it, and its next request works (${count} times)`, () =>
    campaign('message to the editor', count, toEditor));
});
