import assert from 'node:assert/strict';
import { deviceReportSchema, protocolVersion } from '../../../src/shared/protocol';
import { version } from '../../../src/shared/version';
import { Engine } from './engine';

/** How an error of the engine's arrives: JSON-RPC's own number, and ours in `data`. */
const labError = (code: string, message: RegExp) => (thrown: unknown) => {
  const { code: number, data } = thrown as {
    code: number;
    data: { code: string; message: string; next: string };
  };
  assert.equal(number, -32000);
  assert.equal(data.code, code);
  assert.match(data.message, message);
  assert.ok(data.next.length > 0);
  return true;
};

describe('engine process', () => {
  let engine: Engine;
  before(() => {
    engine = new Engine();
  });
  after(() => engine.leave());

  it('says hello to a client of its protocol', async () => {
    assert.deepEqual(await engine.request('hello', { protocol: protocolVersion }), {
      protocol: protocolVersion,
      version,
      node: process.versions.node,
      pid: engine.child.pid,
    });
  });

  it('refuses a client of another protocol, naming both', async () => {
    const other = protocolVersion + 98;
    await assert.rejects(
      engine.request('hello', { protocol: other }),
      labError('engine-protocol', new RegExp(`protocol ${protocolVersion}, the editor ${other}`)),
    );
  });

  it('refuses parameters that it cannot read, naming the field, and goes on', async () => {
    const score = { experiment: '/a', run: '/b', job: 'score', device: 'auto', resume: false };
    const refused: readonly [method: string, params: unknown, message: RegExp][] = [
      ['hello', {}, /'hello' request .*protocol/s],
      ['hello', { protocol: '1' }, /protocol/],
      ['hello', { protocol: 1.5 }, /protocol/],
      ['score', { ...score, device: 'abacus' }, /'score' request .*device/s],
      ['score', { ...score, run: undefined }, /run/],
      ['score', { ...score, experiment: 7 }, /experiment/],
      ['score', { ...score, job: 'allocate' }, /job/],
      ['score', { ...score, resume: 'yes' }, /resume/],
      ['devices', 'all', /'devices' request/],
    ];
    for (const [method, params, message] of refused) {
      await assert.rejects(engine.send(method, params), labError('engine-protocol', message), method);
    }
    await engine.request('hello', { protocol: protocolVersion });
  });

  it('refuses no parameters, and more than one', async () => {
    const refused = labError('engine-protocol', /'hello' request that it cannot read/);
    await assert.rejects(engine.sendAll('hello'), refused);
    await assert.rejects(engine.sendAll('hello', { protocol: protocolVersion }, 'more'), refused);
    await engine.request('hello', { protocol: protocolVersion });
  });

  it('does not know other methods, and goes on', async () => {
    const methodNotFound = -32601;
    await assert.rejects(engine.send('juggle', {}), { code: methodNotFound });
    await engine.request('hello', { protocol: protocolVersion });
  });

  it('lives on after what is no message at all', async () => {
    for (const nonsense of ['what?', 7, { some: 'thing' }]) engine.child.send(nonsense);
    await engine.request('hello', { protocol: protocolVersion });
  });

  it('answers an experiment that is not there with its error', async () => {
    await assert.rejects(
      engine.request('score', {
        experiment: '/none.adapter.yaml',
        run: '/none',
        job: 'score',
        device: 'auto',
        resume: false,
      }),
      labError('experiment-missing', /none\.adapter\.yaml/),
    );
  });

  it('lists the devices, each tried in a process of its own', async () => {
    const { devices } = await engine.request('devices', {});
    for (const report of devices) assert.deepEqual(deviceReportSchema.parse(report), report);
    assert.deepEqual(
      devices.map(({ device }) => device),
      ['tensorflow', 'webgpu', 'native', 'wasm'],
    );
    for (const { device, available, gflops, memoryBytes, description } of devices) {
      assert.equal(gflops > 0, available);
      // Of a card it is not always known.
      if (device !== 'webgpu') assert.equal(memoryBytes > 1e6, available);
      assert.ok(description.length > 0);
    }
    const wasm = devices.find(({ device }) => device === 'wasm');
    assert.equal(wasm?.available, true, wasm?.description);
  });

  it('ends with the window, without an error', async () => {
    assert.deepEqual(await engine.leave(), { code: 0, signal: null });
    assert.equal(engine.stderr, '');
  });
});
