import assert from 'node:assert/strict';
import path from 'node:path';
import { EngineClient } from '../../../src/extension/engineClient/engineClient';
import { EngineSession } from '../../../src/extension/engineClient/engineSession';
import type { EngineState } from '../../../src/extension/engineClient/engineState';
import { LabError } from '../../../src/shared/errors';
import { rejectsWith } from '../files/throwsCode';
import { logOf, until } from './logOf';

const root = path.resolve(__dirname, '../../..');
const loadSession = (): Promise<typeof EngineSession> => Promise.resolve(EngineSession);
const fake = path.join(root, 'test/fixtures/fakeEngine.cjs');

describe('the client of the engine', function () {
  this.timeout(60_000);
  const clients: EngineClient[] = [];
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.dispose()));
  });

  function engine(
    modes: string | (() => string),
    options: { silenceSeconds?: number; worker?: string } = {},
  ) {
    const { log, lines } = logOf();
    const { worker = fake, ...rest } = options;
    const client = new EngineClient({
      worker,
      findRuntime: () =>
        Promise.resolve({
          execPath: process.execPath,
          env: { ...process.env, FAKE_ENGINE: typeof modes === 'string' ? modes : modes() },
          version: process.versions.node,
          reason: 'a test',
        }),
      loadSession,
      log,
      ...rest,
    });
    clients.push(client);
    const states: EngineState['name'][] = [];
    client.onState(({ name }) => states.push(name));
    return { client, states, lines };
  }

  it('starts with the first request, answers, and ends with the window', async () => {
    const { client, states } = engine('good');
    assert.equal(client.pid, undefined);
    const [first, second] = await Promise.all([client.request('devices', {}), client.request('devices', {})]);
    assert.deepEqual([first, second], [{ devices: [] }, { devices: [] }]);
    const { pid } = client;
    assert.ok(pid !== undefined && isAlive(pid));
    await client.dispose();
    assert.equal(isAlive(pid), false);
    assert.deepEqual(states, ['starting', 'ready', 'stopped']);
  });

  for (const [mode, code, message] of [
    ['crash', 'engine-crashed', /something broke/],
    ['exit', 'engine-crashed', /before it had answered/],
    ['kill', 'engine-killed', /SIGKILL/],
    ['terminate', 'engine-killed', /SIGTERM/],
    ['segfault', 'engine-crashed', /SIGSEGV/],
    ['memory', 'out-of-memory', /ran out of memory/],
    ['abort', 'out-of-memory', /aborted/],
  ] as const) {
    it(`fails every open request when the engine ends (${mode}), and a second try works`, async () => {
      let next: string = mode;
      const { client, states } = engine(() => next);
      const score = client.request('score', {
        experiment: '/e',
        run: '/r',
        job: 'score',
        device: 'auto',
        resume: false,
      });
      score.catch(() => undefined);
      await rejectsWith(client.request('devices', {}), code, message);
      await rejectsWith(score, code, message);
      assert.equal(client.state.name, 'failed');
      assert.deepEqual(
        client.exits.list.map((exit) => exit.code),
        [code],
      );
      assert.equal(client.pid, undefined);
      next = 'good';
      assert.deepEqual(await client.request('devices', {}), { devices: [] });
      assert.deepEqual(states, ['starting', 'ready', 'failed', 'starting', 'ready']);
    });
  }

  it('says what an engine that dies before its hello died of', async () => {
    await rejectsWith(engine('die-early').client.request('devices', {}), 'engine-crashed', /exit code 7/);
  });

  it('refuses an engine of another protocol, and does not leave it running', async () => {
    const { client } = engine('wrong-version');
    await rejectsWith(client.request('devices', {}), 'engine-protocol', /version 99/);
    assert.equal(client.state.name, 'failed');
    assert.equal(client.pid, undefined);
  });

  it('passes errors of the engine on as they are', async () => {
    const { client } = engine('error');
    await assert.rejects(client.request('devices', {}), (thrown) => {
      assert.ok(thrown instanceof LabError);
      assert.deepEqual(thrown.toPayload(), {
        code: 'data-missing',
        message: 'There is no data.',
        next: 'Bring some.',
      });
      return true;
    });
    assert.equal(client.state.name, 'ready');
  });

  it('uses nothing that does not decode', async () => {
    await rejectsWith(
      engine('wrong-answer').client.request('devices', {}),
      'engine-protocol',
      /answer to "devices"/,
    );
    await rejectsWith(
      engine('strange-error').client.request('devices', {}),
      'engine-protocol',
      /cannot be read/,
    );
  });

  it('survives garbage on the channel', async () => {
    const { client, lines } = engine('garbage');
    const grown: string[] = [];
    client.onRunGrew((run) => grown.push(run));
    assert.deepEqual(await client.request('devices', {}), { devices: [] });
    assert.deepEqual(grown, ['/a/run']);
    assert.ok(lines.includes('info: [engine] still here'));
    assert.ok(lines.some((line) => /^warn: .*"heartbeat" message that cannot be read/.test(line)));
  });

  it('takes a request back', async () => {
    const { client } = engine('good');
    const controller = new AbortController();
    const score = client.request(
      'score',
      { experiment: '/e', run: '/r', job: 'score', device: 'auto', resume: false },
      controller.signal,
    );
    score.catch(() => undefined);
    await until(() => client.state.name === 'ready', 'the engine');
    controller.abort();
    await rejectsWith(score, 'cancelled');
    await rejectsWith(client.request('devices', {}, controller.signal), 'cancelled');
    assert.deepEqual(await client.request('devices', {}), { devices: [] });
  });

  it('notices an engine that hangs, and ends it on request even when it does not hear', async () => {
    const { client, states } = engine('hang', { silenceSeconds: 1 });
    const hanging = client.request('devices', {});
    hanging.catch(() => undefined);
    await until(() => client.state.name === 'silent', 'silence');
    const pid = client.pid!;
    await client.stop(new LabError('engine-silent', 'It hung.', 'Try again.'));
    await rejectsWith(hanging, 'engine-silent', /It hung/);
    assert.equal(isAlive(pid), false);
    assert.deepEqual(states, ['starting', 'ready', 'silent', 'stopped']);
  });

  it('starts another process for a request that comes while one is being ended', async () => {
    const { client } = engine('good');
    await client.request('devices', {});
    const first = client.pid;
    const stopping = client.stop();
    assert.equal(client.pid, undefined);
    assert.deepEqual(await client.request('devices', {}), { devices: [] });
    assert.notEqual(client.pid, first);
    await stopping;
    assert.equal(client.state.name, 'ready');
  });

  it('says that there is no Node', async () => {
    const { log } = logOf();
    const client = new EngineClient({
      worker: fake,
      findRuntime: () =>
        Promise.resolve({ execPath: '/no/such/node', env: {}, version: '', reason: 'a test' }),
      loadSession,
      log,
    });
    await rejectsWith(client.request('devices', {}), 'engine-node-missing', /ENOENT/);
    assert.equal(client.state.name, 'failed');
  });

  it('speaks with the real engine', async () => {
    const { log } = logOf();
    const client = new EngineClient({
      worker: path.join(root, 'src/worker/main.ts'),
      findRuntime: () =>
        Promise.resolve({
          execPath: process.execPath,
          env: { ...process.env, NODE_OPTIONS: '--require tsx/cjs' },
          version: process.versions.node,
          reason: 'a test',
        }),
      loadSession,
      log,
    });
    clients.push(client);
    const missing = path.join(root, 'no/such.adapter.yaml');
    await rejectsWith(
      client.request('score', {
        experiment: missing,
        run: path.join(root, '.cache/none'),
        job: 'score',
        device: 'auto',
        resume: false,
      }),
      'experiment-missing',
    );
    const { state } = client;
    assert.ok(state.name === 'ready' && state.node === process.versions.node);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
