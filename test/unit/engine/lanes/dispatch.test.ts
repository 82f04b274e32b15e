import assert from 'node:assert/strict';
import fc from 'fast-check';
import { setImmediate as turn } from 'node:timers/promises';
import { dispatch } from '../../../../src/engine/lanes/dispatch';
import type { Lane } from '../../../../src/engine/lanes/lane';
import type { UnitOrder } from '../../../../src/engine/scoring/unitRunner';
import { notBegun, type Update } from '../../../../src/engine/scoring/work';
import { cancelled, LabError } from '../../../../src/shared/errors';
import { rejectsWith } from '../../files/throwsCode';
import { never, settingsOf } from '../scoring/units';

const device: Lane['device'] = { device: 'native', description: '', gflops: 1, refused: [] };
const updateOf = (unit: number, layer: number): Update => ({ kind: 'forward', unit, layer });

/** A lane that takes as many turns for a unit as that unit has items, and stops where it is told to. */
class TurningLane implements Lane {
  readonly device = device;
  readonly peakBytes = 0;
  readonly began: number[] = [];
  readonly ended: number[] = [];
  constructor(private readonly fails: ReadonlyMap<number, Error> = new Map()) {}

  async run(
    { unit, items }: UnitOrder,
    _: unknown,
    report: (update: Update) => void,
    signal: AbortSignal,
  ): Promise<void> {
    this.began.push(unit.index);
    for (const layer of unit.items) {
      await turn();
      if (signal.aborted) throw cancelled();
      report(updateOf(unit.index, layer));
    }
    assert.deepEqual(items, []);
    const failure = this.fails.get(unit.index);
    if (failure !== undefined) throw failure;
    this.ended.push(unit.index);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const ordersOf = (turns: readonly number[]): UnitOrder[] =>
  turns.map((count, index) => ({
    unit: { index, items: Array.from({ length: count }, (_, layer) => layer) },
    items: [],
    progress: notBegun,
    folder: '',
  }));
const settings = settingsOf('tape');

describe('dispatch', () => {
  it('runs every unit once on some lane, each in order, and tells all that they report', async () => {
    const turns = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(turns, fc.integer({ min: 1, max: 4 }), async (counts, laneCount) => {
        const lanes = Array.from({ length: laneCount }, () => new TurningLane());
        const told: Update[] = [];
        await dispatch(lanes, ordersOf(counts), settings, (update) => told.push(update), never);
        assert.deepEqual(
          lanes.flatMap(({ ended }) => ended).sort((a, b) => a - b),
          [...counts.keys()],
        );
        for (const [unit, count] of counts.entries())
          assert.deepEqual(
            told.filter((update) => update.unit === unit),
            Array.from({ length: count }, (_, layer) => updateOf(unit, layer)),
          );
        if (counts.length >= laneCount) assert.ok(lanes.every(({ began }) => began.length > 0));
      }),
      { numRuns: 50, seed: 9 },
    );
  });

  it('throws the first error and not what it makes of the others, and begins no unit behind it', async () => {
    const failure = new LabError('loss-not-finite', 'The loss is NaN.', 'Look at it.');
    const lanes = [new TurningLane(new Map([[0, failure]])), new TurningLane()];
    const running = dispatch(lanes, ordersOf([1, 50, 50, 50]), settings, () => undefined, never);
    await rejectsWith(running, 'loss-not-finite');
    assert.deepEqual(
      lanes.map(({ began }) => began),
      [[0], [1]],
    );
    assert.deepEqual(
      lanes.map(({ ended }) => ended),
      [[], []],
    );
  });

  it('ends with the first error of who listens', async () => {
    const full = new LabError('disk-full', 'The disk is full.', 'Free some.');
    const lanes = [new TurningLane(), new TurningLane()];
    let told = 0;
    const report = (): void => {
      if (++told === 5) throw full;
    };
    await rejectsWith(dispatch(lanes, ordersOf([9, 9, 9]), settings, report, never), 'disk-full');
    assert.equal(told, 5);
  });

  it('stops every lane where the signal fires, and starts none where it has', async () => {
    const controller = new AbortController();
    const lanes = [new TurningLane(), new TurningLane()];
    const report = (): void => controller.abort();
    await assert.rejects(dispatch(lanes, ordersOf([9, 9, 9]), settings, report, controller.signal));
    assert.deepEqual(
      lanes.map(({ began }) => began),
      [[0], [1]],
    );
    const idle = new TurningLane();
    await assert.rejects(dispatch([idle], ordersOf([1]), settings, report, controller.signal));
    assert.deepEqual(idle.began, []);
  });
});
