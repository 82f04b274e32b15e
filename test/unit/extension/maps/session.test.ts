import assert from 'node:assert/strict';
import { keep, restored } from '../../../../src/extension/maps/keep';
import { DraftSession } from '../../../../src/extension/maps/session';
import { designOf } from '../../../../src/planning/draft/designOf';
import { reallocate } from '../../../../src/planning/draft/reallocate';
import { planFileSchema } from '../../../../src/shared/planFile';
import type { Plan } from '../../../../src/shared/words';
import { design, frame, fresh, q, v } from '../../planning/draft/frames';

const of = frame();
const base = reallocate(of, fresh(), 'floe', undefined);
const file = { file: 'x.adapter.yaml', plan: undefined, budget: of.design.budget };
const rank = (path: string, value: number, label = 'a rank') =>
  ({ change: 'rows', label, rows: { [path]: { rank: value } } }) as const;

describe('the plan of a run while it is edited', () => {
  it('is changed, taken back and brought again, with what each is called', () => {
    const session = new DraftSession(of, base);
    assert.equal(session.edits, undefined);
    session.change(rank(q(3), 2, 'rank of layer 3 q'));
    session.change({ change: 'allocate', method: 'uniform' });
    assert.equal(session.draft(file, undefined).undo, 'allocation by uniform');
    session.change({ change: 'undo' });
    const { undo, redo, plan } = session.draft(file, undefined);
    assert.deepEqual([undo, redo], ['rank of layer 3 q', 'allocation by uniform']);
    assert.equal(plan.modules[q(3)]?.rank, 2);
    session.change({ change: 'undo' });
    assert.deepEqual(session.state, base);
    assert.ok(session.edits);
    session.change({ change: 'redo' });
    assert.equal(session.state.plan.modules[q(3)]?.rank, 2);
  });

  it('says why a change is refused, until the next one', () => {
    const session = new DraftSession(of, base);
    session.change(rank(q(3), 999));
    assert.equal(session.draft(file, undefined).refused?.code, 'option-invalid');
    assert.deepEqual(session.state, base);
    assert.equal(session.draft(file, undefined).undo, undefined);
    session.change({ change: 'undo' });
    assert.equal(session.draft(file, undefined).refused, undefined);
  });

  it('is applied where the file says the same, locks and budget included', () => {
    const session = new DraftSession(of, base);
    const applied = (plan: Plan | undefined, budget = of.design.budget): boolean =>
      session.draft({ file: 'x', plan, budget }, undefined).isApplied;
    assert.equal(applied(undefined), false);
    assert.equal(applied(base.plan), true);
    assert.equal(applied(base.plan, { experts: 3 }), false);
    const [path, row] = Object.entries(base.plan.modules)[0]!;
    assert.equal(
      applied({ ...base.plan, modules: { ...base.plan.modules, [path]: { ...row, locked: true } } }),
      false,
    );
  });

  it('takes a plan that the run got otherwise, and brings back what was edited', () => {
    const other = reallocate(of, fresh(), 'uniform', {});
    const session = new DraftSession(of, base);
    session.rebase(other);
    assert.deepEqual(session.state, other);
    assert.equal(session.edits, undefined);
    session.change(rank(q(3), 2));
    const mine = session.state;
    session.rebase(base);
    assert.deepEqual(session.state, base);
    session.change({ change: 'undo' });
    assert.deepEqual(session.state, mine);
    // What was applied here comes back as the run's.
    session.rebase(mine);
    assert.deepEqual(session.state, mine);
  });

  it('follows the budget of the experiment until another one was chosen', () => {
    const session = new DraftSession(of, base);
    const limits = () => session.draft(file, undefined).limits.map(({ limit, most }) => [limit, most]);
    assert.equal(session.state.budget, undefined);
    session.reframe(frame({ budget: { experts: 7 } }));
    assert.deepEqual(limits(), [['experts', 7]]);
    session.change({ change: 'allocate', method: 'uniform', budget: { experts: 5 } });
    session.reframe(frame({ budget: { experts: 9 } }));
    assert.deepEqual(limits(), [['experts', 5]]);
    // The experiment was given that budget by hand: from then on it is the experiment's own again.
    session.reframe(frame({ budget: { experts: 5 } }));
    session.reframe(frame({ budget: { experts: 6 } }));
    assert.deepEqual(limits(), [['experts', 6]]);
  });

  it('changes the limits that are asked for, and no others', () => {
    const session = new DraftSession(frame({ budget: { layers: { share: 0.5 }, experts: 90 } }), base);
    session.change({ change: 'allocate', method: 'uniform', budget: { parameters: 9000 } });
    const budget = { layers: { share: 0.5 }, experts: 90, parameters: 9000 };
    assert.deepEqual(session.state.budget, budget);
    session.change({ change: 'allocate', method: 'uniform', budget: { parameters: null, experts: 80 } });
    assert.deepEqual(session.state.budget, { layers: { share: 0.5 }, experts: 80 });
    assert.equal(
      session.draft(file, undefined).undo,
      'allocation by uniform under 80 experts, without a limit on parameters',
    );
    session.change({ change: 'allocate', method: 'uniform', budget: { experts: 90 } });
    assert.equal(session.state.budget, undefined);
    assert.equal(session.planFile.budget, undefined);
  });

  it('has the experiment’s budget once it is applied, and takes back to the one that was there', () => {
    const session = new DraftSession(of, base);
    session.change({ change: 'allocate', method: 'uniform', budget: { layers: null, experts: 5 } });
    assert.deepEqual(session.planFile.budget, { experts: 5 });
    session.applied();
    session.reframe(frame({ budget: { experts: 5 } }));
    assert.equal(session.planFile.budget, undefined);
    session.change({ change: 'undo' });
    assert.deepEqual(session.planFile.budget, of.design.budget);
  });

  it('is a plan file that says that it was changed by hand', () => {
    const session = new DraftSession(of, base);
    assert.equal(session.planFile.byHand, undefined);
    session.change(rank(q(3), 2));
    assert.equal(session.planFile.byHand, true);
    assert.deepEqual(planFileSchema.parse(session.planFile), session.planFile);
    assert.match(session.planFile.summary, /Changed by hand/);
    assert.equal(new DraftSession(of, fresh()).planFile.method, 'floe');
    assert.equal(new DraftSession(of, fresh()).planFile.byHand, true);
  });
});

describe('what is kept of an edited plan', () => {
  const session = new DraftSession(of, base);
  for (const value of [2, 3, 5, 6]) session.change(rank(q(3), value, `rank ${value}`));
  session.change({
    change: 'rows',
    label: 'none',
    rows: { [q(3)]: { experts: 0 }, [v(0)]: { locked: true } },
  });
  session.change({ change: 'allocate', method: 'uniform', budget: { experts: 5 } });
  session.change({ change: 'undo' });
  session.change({ change: 'undo' });
  const order = of.modules.map(({ path }) => path);
  const through = (most: number) => restored(JSON.parse(JSON.stringify(keep(session.edits!, most))), order);

  it('is all of it, through JSON', () => {
    const history = through(1e6);
    assert.deepEqual(history, session.edits);
    assert.deepEqual(
      Object.keys(history!.future[0]!.state.plan.modules),
      Object.keys(session.edits!.future[0]!.state.plan.modules),
    );
  });

  it('loses the oldest steps where there is little room, and never the plan', () => {
    const state = JSON.stringify(session.state).length;
    const some = through(state + 500)!;
    assert.deepEqual(some.state, session.state);
    assert.ok(some.past.length > 0 && some.past.length < session.edits!.past.length);
    assert.deepEqual(some.past.at(-1), session.edits!.past.at(-1));
    assert.deepEqual(through(0)?.past, []);
  });

  it('is nothing where it is of another version or broken', () => {
    assert.equal(restored({ version: 2 }, order), undefined);
    assert.equal(restored(undefined, order), undefined);
    assert.equal(restored({ ...keep(session.edits!, 1e6), state: { plan: 1 } }, order), undefined);
  });
});

describe('a design that is read off a plan', () => {
  it('has its targets, its commonest rank, and what trains it', () => {
    const plan: Plan = {
      modules: {
        [q(0)]: { rank: 4, alpha: 8, experts: 1 },
        [q(1)]: { rank: 2, alpha: 4, experts: 1 },
        [v(1)]: { rank: 2, alpha: 4, experts: 1 },
      },
      shared: [],
    };
    const read = designOf(
      { method: 'uniform', plan: { modules: { ...plan.modules }, shared: [] } },
      of.modules,
    );
    assert.equal(read.method, 'lora');
    assert.deepEqual(read.adapter, { targets: ['q_proj', 'v_proj'], rank: 2, alpha: 4, experts: 1 });
    assert.equal(designOf(new DraftSession(of, base).planFile, of.modules).method, 'floe');
    const lily = frame({ method: 'lily' });
    const shared = reallocate(lily, fresh(), 'lily', {});
    assert.equal(designOf(new DraftSession(lily, shared).planFile, of.modules).method, 'lily');
    assert.deepEqual(
      designOf({ method: 'floe', plan: { modules: {}, shared: [] } }, of.modules).adapter.targets,
      design().adapter.targets,
    );
  });
});
