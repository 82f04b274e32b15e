import assert from 'node:assert/strict';
import path from 'node:path';
import { EngineClient } from '../../src/extension/engineClient/engineClient';
import { EngineSession } from '../../src/extension/engineClient/engineSession';
import { LabError } from '../../src/shared/errors';
import { root } from '../cli/commandLine';
import { logOf } from '../unit/extension/logOf';
import { temporaryFolder } from '../unit/files/temporary';
import { campaign, injections, seed, type Outcome, type Shot } from './campaign';
import { endsWell } from './goOn';
import { experimentFile, runIn } from './jobs';
import { World } from './undisturbed';

/** Megabytes of V8's heap: below the first an engine does not even start, with the last any job of ours is done. */
const heap = { least: 16, most: 80 };

/** The real engine process as the editor starts it, with less memory than it needs. */
describe('memory that is too small', function () {
  const count = injections(0.06);
  this.timeout(60_000 * (3 + count));
  const folder = temporaryFolder();
  const world = new World(() => folder.path);
  const clients: EngineClient[] = [];

  before(async function () {
    if (process.platform === 'win32') this.skip();
    await world.make();
  });
  after(() => Promise.all(clients.map((client) => client.dispose())));

  function engineWith(megabytes: number): EngineClient {
    const client = new EngineClient({
      worker: path.join(root, 'dist', 'worker.js'),
      findRuntime: () =>
        Promise.resolve({
          ...{ execPath: process.execPath, version: process.versions.node, reason: 'a test' },
          env: { ...process.env, NODE_OPTIONS: `--max-old-space-size=${megabytes}` },
        }),
      loadSession: () => Promise.resolve(EngineSession),
      log: logOf().log,
    });
    clients.push(client);
    return client;
  }

  async function tooSmall({ random, number, say }: Shot): Promise<Outcome> {
    const job = (['train', 'judge'] as const)[number % 2]!;
    const megabytes = Math.round(heap.least + random() * (heap.most - heap.least));
    const user = await world.folder('small', job);
    const experiment = path.join(user, experimentFile);
    const before = world.experimentIn(user);
    say(`${job} with ${megabytes} MB of heap`);
    const client = engineWith(megabytes);
    // Named as the command line names it, so that the command line goes on with it.
    const run = path.join(user, '.adapter-lab', 'runs', `20260101-000000000-user-${job}`);
    try {
      await client.request(job, { experiment, run, device: 'auto', resume: false });
    } catch (thrown) {
      assert.ok(thrown instanceof LabError, String(thrown));
      assert.equal(thrown.code, 'out-of-memory', thrown.message);
      assert.equal(world.experimentIn(user), before);
      world.requireInputs();
      return endsWell(world, job, user);
    } finally {
      await client.dispose();
    }
    assert.ok(runIn(user) !== undefined);
    await world.requireSameEnd(job, user);
    return 'missed';
  }

  it(`is an error by its name, and the run goes on with more (${count} times, seed ${seed})`, () =>
    campaign('memory', count, tooSmall));
});
