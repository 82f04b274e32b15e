import assert from 'node:assert/strict';
import { prepare, type Prepared } from '../../../../src/engine/prepare';
import type { ScoreRequest } from '../../../../src/engine/request';
import { usualTokens } from '../../../../src/engine/scoring/memory';
import { workloadOf } from '../../../../src/engine/scoring/workload';
import { temporaryFolder } from '../../files/temporary';
import { throwsWith } from '../../files/throwsCode';
import { requestIn } from '../requests';
import { writeSmallExperiment } from '../smallExperiment';

describe('the workload of a score', () => {
  const folder = temporaryFolder();
  let prepared: Prepared;
  before(async () => {
    await writeSmallExperiment(folder.path);
    prepared = await prepare(requestIn(folder.path));
  });
  after(() => prepared.model.dispose());

  const workload = (
    change: Partial<ScoreRequest> = {},
    cores = 4,
    before: Parameters<typeof workloadOf>[3] = undefined,
  ) => workloadOf(prepared, requestIn(folder.path, change), cores, before);

  it('is a tape in this process where both are asked for or fit', () => {
    const { mode, tokens, processes, items, units, processBytes } = workload();
    assert.deepEqual([mode, tokens, processes], ['tape', usualTokens, 0]);
    assert.equal(units.length, items.length);
    assert.deepEqual(
      items.map(({ task }) => task).sort(),
      [0, 0, 0, 0, 1, 1, 1],
      'ten and seven samples in threes',
    );
    assert.ok(processBytes > 1e8);
  });

  it('is a stream where asked, in as many units as there are processes', () => {
    for (const processes of [1, 2, 3]) {
      const { mode, units } = workload({ memory: 'streaming', processes });
      assert.equal(mode, 'streaming');
      assert.equal(units.length, processes);
    }
  });

  it('never has more processes than cores where they are not asked for, nor than units', () => {
    for (const cores of [1, 2, 3, 64]) {
      const { processes, units } = workload({ processes: 'auto' }, cores);
      assert.ok(processes >= 1 && processes <= Math.min(cores, units.length), `${processes} of ${cores}`);
    }
    assert.equal(workload({ processes: 64 }).processes, 7);
  });

  it('is in one process, a task after the other, where whole gradients are summed', () => {
    for (const memory of ['auto', 'streaming'] as const) {
      const { processes, units } = workload({ taylor: true, processes: 8, memory });
      assert.equal(processes, 1);
      assert.equal(units.length, 2);
    }
    assert.equal(workload({ taylor: true, processes: 0 }).processes, 0);
  });

  it('stays as it was cut for a run that goes on, whatever would be chosen now', () => {
    const before = workload({ memory: 'streaming', processes: 3 });
    const now = workload({ memory: 'auto', processes: 1 }, 4, before);
    assert.deepEqual([now.mode, now.tokens, now.units], ['streaming', usualTokens, before.units]);
    assert.equal(now.processes, 1);
    const small = { mode: 'micro-batches', tokens: 32, units: [] } as const;
    const items = [...workload({}, 4, { ...small, units: unitsFor(32) }).items];
    assert.ok(items.length > before.items.length);
    for (const { batch } of items)
      assert.ok(batch.members.length === 1 || batch.members.length * batch.length <= 32);
  });

  it('is refused where it had been cut into other pieces', () => {
    const { mode, tokens, units } = workload();
    for (const other of [units.slice(1), [...units, { index: 7, items: [99] }], [{ index: 0, items: [0] }]])
      throwsWith(() => workload({}, 4, { mode, tokens, units: other }), 'run-not-resumable', /other pieces/);
  });

  /** One unit for each batch of so many positions. */
  const unitsFor = (tokens: number) =>
    prepared
      .batches(tokens)
      .flat()
      .map((_, index) => ({ index, items: [index] }));
});
