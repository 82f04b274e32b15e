import assert from 'node:assert/strict';
import { comparedFacts, scoreShares } from '../../../../src/planning/compare/runFacts';
import { comparisonOf, controlSide, type Side } from '../../../../src/planning/compare/side';
import type { Plan } from '../../../../src/shared/words';
import { begin, finish, oneTask, score, smallModel, stateOf, train } from '../../webview/sampleRuns';
import { search, searchEnd } from '../../webview/sampleSearch';
import { design, down, q, v } from '../draft/frames';
import { syntheticModel } from '../syntheticModel';

const modules = syntheticModel(4);
const row = (rank: number, experts = 1) => ({ rank, alpha: 2 * rank, experts });
const side = (rows: Plan['modules'], changes: Partial<Side> = {}): Side => ({
  ...{ title: 'mail, Score', source: 'runs/one', modules, plan: { modules: rows, shared: [] } },
  ...{ totals: undefined, design: design(), scores: undefined, facts: [], measured: undefined },
  ...changes,
});
const refused = (left: Side, right: Side) => {
  try {
    comparisonOf(left, right);
  } catch (thrown) {
    return thrown as { code: string; message: string };
  }
  return undefined;
};

describe('two plans side by side', () => {
  it('are counted alike, and keep the totals that were recorded', () => {
    const totals = { parameters: 9, experts: 8, modules: 7, layers: 6 };
    const { left, right, sentence, verdict } = comparisonOf(
      side({ [q(0)]: row(8) }),
      side({ [q(0)]: row(4) }, { totals }),
    );
    assert.deepEqual(left.totals, { parameters: 8 * 128, experts: 1, modules: 1, layers: 1 });
    assert.deepEqual(right.totals, totals);
    assert.match(sentence, /^The right plan adapts 5 layers more/);
    assert.equal(verdict, undefined);
  });

  it('have their scores in one order, whatever the order of each', () => {
    const turned = modules.toReversed();
    const scores = turned.map((_, place) => place);
    const found = comparisonOf(side({}), side({}, { modules: turned, scores }));
    assert.deepEqual(found.modules, modules);
    assert.equal(found.left.scores, undefined);
    assert.deepEqual(found.right.scores, scores.toReversed());
  });

  it('may be of a file that names no model, where the other one does', () => {
    const alone = { modules: [] };
    const found = comparisonOf(side({ [q(0)]: row(8) }, alone), side({ [q(1)]: row(8) }));
    assert.deepEqual(found.modules, modules);
    assert.equal(found.left.totals.parameters, 8 * 128);
    assert.equal(refused(side({}, alone), side({}, alone))?.code, 'models-differ');
    const stranger = refused(side({ 'h.0.attn': row(8) }, alone), side({}));
    assert.match(stranger?.message ?? '', /of different models: only one of them has h\.0\.attn\.$/);
  });

  it('are refused where their models differ, with the first module that does', () => {
    const wider = modules.map((module) => (module.path === v(1) ? { ...module, outFeatures: 99 } : module));
    const found = refused(side({}), side({}, { modules: wider }));
    assert.equal(found?.code, 'models-differ');
    assert.match(
      found?.message ?? '',
      /layers\.1\.self_attn\.v_proj is 32 × 64 in one and 99 × 64 in the other\.$/,
    );
    for (const [some, others] of [
      [modules, modules.slice(1)],
      [modules.slice(1), modules],
    ])
      assert.match(
        refused(side({}, { modules: some! }), side({}, { modules: others! }))?.message ?? '',
        /only one of them has model\.layers\.0\.self_attn\.q_proj\.$/,
      );
  });

  it('say what is adapted beside the layers, and do not count it', () => {
    const { right, sentence } = comparisonOf(
      side({ [q(0)]: row(8) }),
      side({ [q(0)]: row(8), lm_head: row(8), 'model.norm': row(8, 0) }),
    );
    assert.equal(sentence, 'Both plans give every module the same.');
    assert.deepEqual(right.facts, [{ name: 'Beside the layers', text: 'lm_head' }]);
  });
});

describe('the uniform control as one side', () => {
  it('gives every target alike with no more parameters, and no experts where the plan is plain', () => {
    const of = side({ [q(0)]: row(16, 4), [down(3)]: row(16, 4) });
    const control = controlSide(of, 'Uniform control of mail, Score');
    const { left, right } = comparisonOf(of, control);
    assert.ok(right.totals.parameters <= left.totals.parameters && right.totals.parameters > 0);
    assert.equal(new Set(Object.values(right.plan.modules).map((one) => JSON.stringify(one))).size, 1);
    assert.deepEqual(right.facts, [{ name: 'Allocated by', text: 'uniform' }]);
    assert.equal(right.title, 'Uniform control of mail, Score');
  });

  it('is refused where none is as small, or where the model is not known', () => {
    const of = side(
      { [v(0)]: row(1) },
      { design: design({ adapter: { ...design().adapter, targets: ['x'] } }) },
    );
    assert.throws(() => controlSide(of, ''), { code: 'budget-too-small' });
    assert.throws(() => controlSide(side({}, { modules: [] }), ''), { code: 'models-differ' });
  });
});

describe('what a run found out', () => {
  const names = (facts: ReturnType<typeof comparedFacts>) =>
    facts.map(({ name, text }) => `${name}: ${text}`);

  it('is how its plan came about, its time and its memory', () => {
    const run = stateOf(begin(oneTask), score(oneTask, 1), finish(oneTask, [1]));
    assert.deepEqual(names(comparedFacts(run)), ['Allocated by: floe', 'Time: 1 min 32 s', 'Memory: 1.2 GB']);
    assert.deepEqual(comparedFacts(run)[1]?.amount, { value: 92.4, unit: 'seconds' });
    assert.deepEqual(names(comparedFacts({ ...run, estimator: 'fisher' })).slice(0, 2), [
      'Allocated by: floe',
      'Scored by: fisher',
    ]);
  });

  it('is the best value of a search or a training', () => {
    const searched = stateOf(begin(smallModel), search(5), searchEnd());
    const [best] = comparedFacts(searched);
    assert.match(best?.name ?? '', /^Best \w+ of the search$/);
    assert.equal(typeof best?.amount?.value, 'number');
    const trained = comparedFacts(stateOf(begin(smallModel), train(smallModel)));
    assert.match(names(trained)[0] ?? '', /^Accuracy on validation data: \d\d\.\d %, mean of 2 seeds$/);
  });

  it('has scores as shares once every task has its own', () => {
    const shares = scoreShares(stateOf(begin(smallModel), score(smallModel, 3)));
    assert.ok(Math.abs((shares ?? []).reduce((sum, one) => sum + one, 0) - 1) < 1e-9);
    assert.equal(scoreShares(stateOf(begin(smallModel), score(smallModel, 1.5))), undefined);
    assert.equal(scoreShares(stateOf()), undefined);
  });
});
