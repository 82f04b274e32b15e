import assert from 'node:assert/strict';
import { Pending, withRows } from '../../../../webview/model/map/pending';
import { begin, finish, oneTask, stateOf } from '../sampleRuns';

const run = stateOf(begin(oneTask), finish(oneTask, [1]));
const o1 = 'model.layers.1.self_attn.o_proj';
const up1 = 'model.layers.1.mlp.up_proj';
const rowIn = (pending: Pending, path = o1, tried = {}) =>
  pending.shownIn(run, undefined, tried).plan?.plan.modules[path];

describe('changes on their way', () => {
  it('are shown until they are answered', () => {
    const pending = new Pending();
    assert.equal(pending.shownIn(run, undefined), run);
    pending.sent({ [o1]: { rank: 32 } }, 4);
    assert.equal(rowIn(pending)?.rank, 32);
    pending.answered(4);
    assert.equal(pending.shownIn(run, undefined), run);
  });

  it('stay until the last of several is answered, and each goes with its own answer', () => {
    const pending = new Pending();
    pending.sent({ [o1]: { rank: 16 }, [up1]: { locked: true } }, 1);
    pending.sent({ [o1]: { rank: 32 } }, 2);
    pending.answered(1);
    assert.equal(rowIn(pending)?.rank, 32);
    assert.equal(rowIn(pending, up1)?.locked, undefined);
    pending.answered(2);
    assert.equal(pending.shownIn(run, undefined), run);
  });

  it('leave rows that are locked alone, and those that are changed with them, as the host does', () => {
    const pending = new Pending();
    pending.sent({ [o1]: { locked: true } }, 1);
    pending.sent({ [o1]: { experts: 0 }, [up1]: { rank: 4 } }, 2);
    assert.equal(rowIn(pending)?.locked, true);
    assert.notEqual(rowIn(pending)?.experts, 0);
    assert.equal(rowIn(pending, up1)?.rank, run.plan?.plan.modules[up1]?.rank);
    pending.sent({ [o1]: { locked: false, rank: 3 } }, 3);
    assert.equal(rowIn(pending)?.rank, 3);
  });

  it('stay whatever else the host tells of: a draft that answers an earlier change, or none', () => {
    const pending = new Pending();
    // An allocation was the first change, whose answer comes while the second is on its way.
    pending.sent({ [o1]: { rank: 32 } }, 2);
    for (const answered of [undefined, 1, 1]) {
      pending.answered(answered);
      assert.equal(rowIn(pending)?.rank, 32);
    }
  });

  it('end as well where several were answered before one was shown', () => {
    const pending = new Pending();
    pending.sent({ [o1]: { rank: 16 } }, 1);
    pending.sent({ [o1]: { rank: 32 } }, 2);
    pending.answered(3);
    assert.equal(pending.shownIn(run, undefined), run);
  });

  it('have what is only tried on top, which leaves no trace', () => {
    const pending = new Pending();
    pending.sent({ [up1]: { locked: true } }, 1);
    assert.equal(rowIn(pending, o1, { [o1]: { rank: 4 } })?.rank, 4);
    assert.equal(rowIn(pending, up1, { [o1]: { rank: 4 } })?.locked, true);
    assert.equal(rowIn(pending)?.rank, 8);
  });

  it('have the alpha that the host will give them', () => {
    const pending = new Pending();
    pending.sent({ [o1]: { rank: 32 } }, 1);
    assert.equal(rowIn(pending)?.alpha, 64);
    assert.equal(pending.shownIn(run, { rankStabilized: true }).plan?.plan.modules[o1]?.alpha, 32);
  });
});

describe('a plan with changed rows', () => {
  it('keeps what is left out, and has a new row as the usual one', () => {
    assert.ok(run.plan);
    const { modules } = withRows(run.plan.plan, {
      [o1]: { locked: true },
      'model.layers.0.mlp.up_proj': { rank: 4, experts: 2 },
      'model.layers.0.mlp.down_proj': { rank: 4, alpha: 9, experts: 0 },
    });
    assert.deepEqual(modules[o1], { ...run.plan.plan.modules[o1], locked: true });
    assert.deepEqual(modules['model.layers.0.mlp.up_proj'], { rank: 4, alpha: 8, experts: 2 });
    assert.deepEqual(modules['model.layers.0.mlp.down_proj'], { rank: 4, alpha: 9, experts: 0 });
  });
});
