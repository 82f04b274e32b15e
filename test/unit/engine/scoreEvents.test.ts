import assert from 'node:assert/strict';
import { scoreModel } from '../../../src/engine/scoreModel';
import type { ScoreRequest } from '../../../src/engine/request';
import { runEventSchema, type UnstampedRunEvent } from '../../../src/shared/runEvents';
import { openDevice } from '../../../src/tensors/device';
import { temporaryFolder } from '../files/temporary';
import { never, requestIn } from './requests';
import { writeSmallExperiment } from './smallExperiment';

describe('what scoreModel tells', () => {
  const folder = temporaryFolder();
  before(async () => {
    await openDevice('native', 1);
    await writeSmallExperiment(folder.path);
  });

  async function eventsOf(change: Partial<ScoreRequest>): Promise<UnstampedRunEvent[]> {
    const events: UnstampedRunEvent[] = [];
    await scoreModel(requestIn(folder.path, change), (event) => events.push(event), never);
    for (const event of events) {
      const stamped = { at: '2026-01-01T00:00:00.000Z', ...event };
      assert.deepEqual(runEventSchema.parse(stamped), stamped);
    }
    return events;
  }
  const only = <T extends UnstampedRunEvent['type']>(events: readonly UnstampedRunEvent[], type: T) =>
    events.filter((event): event is Extract<UnstampedRunEvent, { type: T }> => event.type === type);

  for (const memory of ['auto', 'streaming'] as const) {
    describe(memory === 'auto' ? 'on a tape' : 'block by block', () => {
      let events: UnstampedRunEvent[] = [];
      before(async () => {
        events = await eventsOf({ memory, perSample: false });
      });

      it('stages, model, device, memory, then every task to its end, in this order', () => {
        const live = ['scores', 'progress', 'estimate', 'stability'];
        const once = events
          .filter(({ type }) => !live.includes(type))
          .map((event) => (event.type === 'stage' ? `stage ${event.stage}` : event.type));
        assert.deepEqual(once, ['stage load', 'model', 'stage probe', 'device', 'memory', 'stage score']);
        const score = events.findIndex((event) => event.type === 'stage' && event.stage === 'score');
        assert.ok(events.slice(0, score).every(({ type }) => !live.includes(type)));
      });

      it('one estimate of time, memory and disk', () => {
        const [told, ...more] = only(events, 'estimate');
        assert.deepEqual(more, []);
        const { seconds, memoryBytes, diskBytes } = told!.estimate;
        assert.ok(seconds > 0 && memoryBytes > 5e7 && diskBytes > 1000);
      });

      it('how memory is spent', () => {
        const [{ mode, processes, threads, processBytes }] = only(events, 'memory') as [never];
        assert.equal(mode, memory === 'auto' ? 'tape' : 'streaming');
        assert.equal(processes, 1);
        assert.ok(threads >= 1);
        assert.ok(processBytes > 1e8);
      });

      it('a share that never falls and ends at exactly 1', () => {
        const shares = only(events, 'progress').map(({ share }) => share);
        assert.ok(shares.length > 0);
        shares.forEach((share, index) => assert.ok(share >= (shares[index - 1] ?? 0)));
        assert.equal(shares.at(-1), 1);
      });

      it('each task last with all its samples, and its stability once behind that', () => {
        const tasks = ['first', 'second'];
        for (const [index, task] of tasks.entries()) {
          const own = only(events, 'scores').filter((event) => event.task === task);
          const { samplesDone, samplesTotal, scores, standardErrors, layerStandardErrors } = own.at(-1)!;
          assert.deepEqual([samplesDone, samplesTotal], index === 0 ? [10, 10] : [7, 7]);
          assert.deepEqual([scores.length, standardErrors.length, layerStandardErrors.length], [14, 14, 2]);
          const stability = events.filter((event) => event.type === 'stability' && event.task === task);
          assert.equal(stability.length, 1);
          assert.ok(events.indexOf(stability[0]!) > events.indexOf(own.at(-1)!));
          own.forEach((event, place) =>
            assert.ok(event.samplesDone >= (own[place - 1]?.samplesDone ?? 0), 'never fewer'),
          );
        }
      });
    });
  }

  it('says while streaming which block of how many is done', async () => {
    const events = await eventsOf({ memory: 'streaming' });
    const [one] = only(events, 'memory');
    assert.equal(one!.mode, 'streaming');
    assert.deepEqual(
      only(events, 'progress').flatMap(({ step }) => step ?? []),
      [
        'forward, block 1 of 2',
        'forward, block 2 of 2',
        'loss',
        'backward, block 2 of 2',
        'backward, block 1 of 2',
      ],
    );
  });
});
