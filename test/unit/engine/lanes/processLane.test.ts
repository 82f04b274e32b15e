import assert from 'node:assert/strict';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProcessLane } from '../../../../src/engine/lanes/processLane';
import type { Update } from '../../../../src/engine/scoring/work';
import { readModelFolder } from '../../../../src/files/modelFolder';
import { openModel } from '../../../../src/models/openModel';
import { openDevice } from '../../../../src/tensors/device';
import { temporaryFolder } from '../../files/temporary';
import { rejectsWith } from '../../files/throwsCode';
import { smallLlama, writeRandomLlama } from '../../models/randomLlama';
import { never, orderOf, settingsOf, updatesOf } from '../scoring/units';
import { isRunning, lanesOf, processesAreListed, untilGone } from './laneProcesses';

const samples = [
  [1, 2, 3, 4],
  [5, 6, 7],
  [8, 9],
  [10, 11, 12],
].map((ids) => ({ ids, targets: ids }));

/** Each start of a process takes two seconds, so that each test says as much as it can of one. */
describe('a lane in a process of its own', function () {
  const folder = temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  before(async function () {
    if (!processesAreListed) this.skip();
    await openDevice('native', 1);
    await writeRandomLlama(at('small'));
    await writeRandomLlama(at('huge'), smallLlama, (tensors) =>
      tensors.map((tensor) =>
        tensor.name === 'model.norm.weight'
          ? { ...tensor, data: new Float32Array(tensor.data.length).fill(3e38) }
          : tensor,
      ),
    );
  });
  afterEach(() => assert.deepEqual(lanesOf(), [], 'no process is left'));

  it('reports what this process would, one unit after the other, and ends where it is closed', async () => {
    const model = openModel(await readModelFolder(at('small')));
    const lane = await ProcessLane.open({ model: at('small'), device: 'native', threads: 1 });
    const [id, ...others] = lanesOf();
    try {
      assert.equal(lane.device.device, 'native');
      assert.deepEqual(others, []);
      const settings = settingsOf('streaming', { taylor: true });
      for (const batchSize of [2, 1]) {
        const order = orderOf(samples, batchSize, at('unit'));
        const updates: Update[] = [];
        await lane.run(order, settings, (update) => updates.push(update), never);
        assert.deepEqual(updates, await updatesOf(model, settings, order));
        assert.ok(lane.peakBytes > 5e7, String(lane.peakBytes));
      }
    } finally {
      await lane.close();
      await model.dispose();
    }
    assert.equal(isRunning(id!), false);
    await lane.close();
  });

  it('gives an error of its work with its code, and can be asked again', async () => {
    const lane = await ProcessLane.open({ model: at('huge'), device: 'native', threads: 1 });
    try {
      for (const sample of [0, 1]) {
        const order = orderOf(samples.slice(0, sample + 1), 1, at('unit'));
        const items = order.items.filter(({ batch }) => batch.members.includes(sample));
        const one = { ...order, unit: { index: 0, items: [0] }, items };
        const running = lane.run(one, settingsOf('tape'), () => undefined, never);
        await rejectsWith(running, 'loss-not-finite', new RegExp(`The loss of sample ${sample} is `));
      }
    } finally {
      await lane.close();
    }
  });

  it('gives what it met while it opened, and is gone', async () => {
    const options = { device: 'native', threads: 1 } as const;
    await rejectsWith(ProcessLane.open({ ...options, model: at('none') }), 'model-missing', /none/);
    await untilGone(lanesOf());
  });

  it('says that it was killed, between two units as well as in one', async () => {
    const options = { model: at('small'), device: 'native', threads: 1 } as const;
    const order = orderOf(samples, 1, at('unit'));
    for (const between of [false, true]) {
      const lane = await ProcessLane.open(options);
      const [id] = lanesOf();
      const kill = (): void => void process.kill(id!, 'SIGKILL');
      if (between) {
        kill();
        await untilGone([id!]);
        // Until this process has heard of it.
        await sleep(200);
      }
      const running = lane.run(order, settingsOf('tape'), between ? () => undefined : kill, never);
      await rejectsWith(running, 'engine-killed', /was killed/);
      await lane.close();
    }
  });

  it('ends at once where the signal fires, and starts nothing once it has', async () => {
    const lane = await ProcessLane.open({ model: at('small'), device: 'native', threads: 1 });
    const ids = lanesOf();
    const controller = new AbortController();
    const order = orderOf(samples, 1, at('unit'));
    const updates: Update[] = [];
    const report = (update: Update): void => {
      updates.push(update);
      controller.abort();
    };
    await rejectsWith(lane.run(order, settingsOf('tape'), report, controller.signal), 'cancelled');
    await untilGone(ids);
    const { length } = updates;
    await rejectsWith(lane.run(order, settingsOf('tape'), report, controller.signal), 'cancelled');
    assert.equal(updates.length, length);
    await lane.close();
  });
});
