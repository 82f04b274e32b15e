import assert from 'node:assert/strict';
import { changeRows } from '../../../../src/planning/draft/changeRows';
import { emptyPlan } from '../../../../src/planning/draft/frame';
import { reallocate } from '../../../../src/planning/draft/reallocate';
import type { RowChange } from '../../../../src/shared/draft';
import type { Plan } from '../../../../src/shared/words';
import { down, frame, fresh, q, v } from './frames';

const plan: Plan = {
  modules: {
    [q(1)]: { rank: 4, alpha: 8, experts: 2 },
    [q(2)]: { rank: 4, alpha: 6, experts: 1, locked: true },
  },
  shared: [],
};
const changed = (rows: Record<string, RowChange>, of = frame()): Plan['modules'] =>
  changeRows(of, plan, rows).modules;
const refused = (rows: Record<string, RowChange>, of = frame(), before = plan) => {
  const copy = structuredClone(before);
  assert.throws(
    () => changeRows(of, before, rows),
    (error: { code?: string; next?: string }) => {
      assert.equal(error.code, 'option-invalid');
      assert.ok(error.next);
      return true;
    },
  );
  assert.deepEqual(before, copy);
};

describe('rows changed by hand', () => {
  it('keep what the update is scaled by with another rank, unless alpha is given', () => {
    assert.deepEqual(changed({ [q(1)]: { rank: 6 } })[q(1)], { rank: 6, alpha: 12, experts: 2 });
    assert.deepEqual(changed({ [q(1)]: { rank: 6, alpha: 8 } })[q(1)], { rank: 6, alpha: 8, experts: 2 });
    assert.deepEqual(changed({ [q(1)]: { rank: 3 } })[q(1)]?.alpha, 6);
  });

  it('keep the scale of rsLoRA, which is alpha by the root of the rank', () => {
    const stabilized = { ...frame(), rankStabilized: true };
    assert.equal(changed({ [q(1)]: { rank: 16 } }, stabilized)[q(1)]?.alpha, 16);
  });

  it('come and go, in the order of the model', () => {
    const more = changed({ [v(0)]: { rank: 2 }, [down(1)]: { experts: 3 } });
    assert.deepEqual(Object.keys(more), [v(0), q(1), down(1), q(2)]);
    assert.deepEqual(more[v(0)], { rank: 2, alpha: 4, experts: 4 });
    assert.deepEqual(more[down(1)], { rank: 4, alpha: 8, experts: 3 });
    assert.deepEqual(Object.keys(changed({ [q(1)]: { experts: 0 } })), [q(2)]);
  });

  it('keep a module free of adapters by a lock on a row that is not there', () => {
    const kept = changed({ [v(0)]: { locked: true } });
    assert.deepEqual(kept[v(0)], { rank: 4, alpha: 8, experts: 0, locked: true });
    const after = reallocate(frame(), { plan: { modules: kept, shared: [] } }, 'uniform', {});
    assert.deepEqual(after.plan.modules[v(0)], kept[v(0)]);
  });

  it('stay as they are while they are locked, and change with the change that unlocks them', () => {
    refused({ [q(2)]: { rank: 2 } });
    refused({ [q(2)]: { experts: 0 } });
    assert.deepEqual(changed({ [q(2)]: { locked: true } }), plan.modules);
    assert.deepEqual(changed({ [q(2)]: { locked: false, rank: 2 } })[q(2)], {
      rank: 2,
      alpha: 3,
      experts: 1,
    });
  });

  it('are refused as a whole where one of them cannot be so', () => {
    refused({ [q(1)]: { rank: 8 }, [q(9)]: { rank: 8 } });
    refused({ [v(1)]: { rank: 33 } });
    assert.equal(changed({ [v(1)]: { rank: 32 } })[v(1)]?.rank, 32);
    refused({ [q(1)]: { experts: 3 } }, frame({ method: 'lora' }));
  });

  it('may lower a rank that was above the matrix before, and leave it', () => {
    const large: Plan = { modules: { [v(0)]: { rank: 64, alpha: 64, experts: 1 } }, shared: [] };
    assert.equal(changeRows(frame(), large, { [v(0)]: { alpha: 32 } }).modules[v(0)]?.rank, 64);
    refused({ [v(0)]: { rank: 48 } }, frame(), large);
  });

  it('leave rows of other models as they are', () => {
    const stranger = { 'other.q_proj': { rank: 1, alpha: 1, experts: 1 } };
    const of: Plan = { modules: { ...stranger, ...plan.modules }, shared: [] };
    const after = changeRows(frame(), of, { [q(1)]: { rank: 2 } });
    assert.deepEqual(after.modules['other.q_proj'], stranger['other.q_proj']);
  });
});

describe('rows that share tensors', () => {
  const lily = frame({ method: 'lily', lily: { strideA: 2, numB: 3 } });
  const shared = reallocate(lily, fresh(), 'lily', {}).plan;

  it('have one rank', () => {
    refused({ [q(0)]: { rank: 2 } }, lily, shared);
    const all = Object.fromEntries(Object.keys(shared.modules).map((path) => [path, { rank: 2 }]));
    const after = changeRows(lily, shared, all);
    assert.ok(Object.values(after.modules).every(({ rank, alpha }) => rank === 2 && alpha === 4));
    assert.deepEqual(after.shared, shared.shared);
  });

  it('are shared anew when modules come and go', () => {
    const fewer = changeRows(lily, shared, { [q(1)]: { experts: 0 } });
    assert.ok(fewer.shared.every(({ members }) => !members.includes(q(1))));
    // Its neighbor is alone then, and has an A of its own.
    assert.ok(!fewer.shared.some(({ tensor, members }) => tensor === 'A' && members.includes(q(0))));
    assert.deepEqual(changeRows(lily, fewer, { [q(1)]: { experts: 1 } }), shared);
  });

  it('keep the stride that the plan shows, where no experiment says it', () => {
    // Layers 1 and 2 share an A, which no stride of 2, the size of the group, would have them do.
    const rows = (...layers: number[]): Plan['modules'] =>
      Object.fromEntries(layers.map((layer) => [q(layer), { rank: 4, alpha: 8, experts: 1 }]));
    const plan: Plan = {
      modules: rows(1, 2),
      shared: [
        { tensor: 'A', members: [q(1), q(2)], count: 1 },
        { tensor: 'B', members: [q(1), q(2)], count: 5 },
      ],
    };
    const alone = frame({ method: 'lily' });
    const more = changeRows(alone, plan, { [q(0)]: { rank: 4, alpha: 8 } });
    assert.deepEqual(more.shared, [
      { tensor: 'A', members: [q(0), q(1), q(2)], count: 1 },
      { tensor: 'B', members: [q(0), q(1), q(2)], count: 5 },
    ]);
  });

  it('begin to share with the first one', () => {
    const first = changeRows(lily, emptyPlan, { [q(0)]: { rank: 4 } });
    assert.deepEqual(first.shared, [{ tensor: 'B', members: [q(0)], count: 3 }]);
  });
});
