import assert from 'node:assert/strict';
import { allocate } from '../../../src/planning/allocate';
import type { AllocationRequest } from '../../../src/planning/problem';
import { planFileSchema, type PlanFile } from '../../../src/shared/planFile';
import type { Budget } from '../../../src/shared/words';
import { throwsWith } from '../files/throwsCode';
import { syntheticModel } from './syntheticModel';

const targets = ['q_proj', 'v_proj', 'down_proj'];
const adapter = { rank: 8, alpha: 16, experts: 4 };

function request(change: Partial<AllocationRequest> = {}): AllocationRequest {
  const modules = change.modules ?? syntheticModel(8);
  const scores = [modules.map(({ layer }, index) => 1 + ((layer * 5) % 8) + index / 100)];
  return {
    method: 'floe',
    modules,
    scores,
    targets,
    adapter,
    budget: { layers: { share: 0.25 } },
    ...change,
  };
}

const layersOf = ({ plan }: PlanFile): number[] => [
  ...new Set(Object.keys(plan.modules).map((path) => Number(path.split('.')[2]))),
];

describe('allocate', () => {
  it('keeps the best quarter of the layers and shares the experts out', () => {
    const made = allocate(request());
    assert.deepEqual(planFileSchema.parse(made), made);
    // Layer scores rise with (5 * layer) mod 8: 7 in layer 3, 6 in layer 6.
    assert.deepEqual(layersOf(made), [3, 6]);
    assert.equal(made.totals.experts, 24);
    assert.equal(made.totals.modules, 6);
    // Hydra form: r in + N r out + N in for each; hand-computed for 4 experts in each of the six modules.
    const each = 8 * (64 + 64 + 160) + 4 * 8 * (64 + 32 + 64) + 4 * (64 + 64 + 160);
    assert.equal(made.totals.parameters, 2 * each);
    assert.equal(
      made.summary,
      'Kept layers 3, 6 of 8 (budget: 25 % of layers); 24 experts over 6 modules; 17,152 trainable parameters.',
    );
    assert.deepEqual(made.plan.modules['model.layers.3.self_attn.q_proj'], {
      rank: 8,
      alpha: 16,
      experts: 4,
    });
  });

  it('keeps 8 of 32 layers at a ratio of 0.25', () => {
    const modules = syntheticModel(32);
    const scores = [modules.map(({ layer }) => layer + 1)];
    assert.deepEqual(layersOf(allocate(request({ modules, scores }))), [24, 25, 26, 27, 28, 29, 30, 31]);
  });

  it('gives each module of FLoE between 1 and twice adapter.experts', () => {
    const modules = syntheticModel(1);
    const made = allocate(request({ modules, scores: [[1000, 1, 0]], budget: {} }));
    assert.deepEqual(
      Object.values(made.plan.modules).map(({ experts }) => experts),
      [8, 3, 1],
    );
  });

  it('drops layers, then experts, for a limit on parameters', () => {
    const all = allocate(request({ budget: {} }));
    const least = 8 * (64 + 64 + 160) + 8 * (64 + 32 + 64);
    const two = allocate(request({ budget: { parameters: 17_152 } }));
    assert.deepEqual(layersOf(two), [3, 6]);
    const one = allocate(request({ budget: { parameters: 17_151 } }));
    assert.deepEqual(layersOf(one), [3]);
    assert.equal(one.totals.experts, 12);
    const thin = allocate(request({ budget: { parameters: least } }));
    assert.equal(thin.totals.experts, 3);
    assert.equal(thin.totals.parameters, least);
    throwsWith(
      () => allocate(request({ budget: { parameters: least - 1 } })),
      'budget-too-small',
      /smallest plan.*3,583 parameters/,
    );
    assert.equal(all.totals.layers, 8);
    assert.match(all.summary, /^Kept all 8 layers \(no budget\)/);
  });

  it('drops layers, then experts, for a limit on experts', () => {
    const two = allocate(request({ budget: { experts: 30 } }));
    assert.deepEqual([two.totals.layers, two.totals.experts], [2, 24]);
    const one = allocate(request({ budget: { experts: 10 } }));
    assert.deepEqual([layersOf(one), one.totals.experts], [[3], 10]);
    throwsWith(() => allocate(request({ budget: { experts: 2 } })), 'budget-too-small', /2 experts/);
  });

  it('shares experts proportionally, none where the score is small', () => {
    const modules = syntheticModel(1);
    const made = allocate(
      request({ method: 'proportional', modules, scores: [[0.5, 0.3, 0.2]], budget: { experts: 7 } }),
    );
    assert.deepEqual(
      Object.values(made.plan.modules).map(({ experts }) => experts),
      [4, 2, 1],
    );
    const skewed = allocate(request({ method: 'proportional', modules, scores: [[100, 1, 0]], budget: {} }));
    assert.deepEqual(Object.keys(skewed.plan.modules), ['model.layers.0.self_attn.q_proj']);
  });

  it('gives every target module alike with the uniform method, which needs no scores', () => {
    const made = allocate(request({ method: 'uniform', scores: [], budget: { experts: 50 } }));
    assert.equal(made.totals.modules, 24);
    assert.ok(Object.values(made.plan.modules).every(({ experts }) => experts === 2));
    const half = allocate(request({ method: 'uniform', scores: [], budget: { layers: { count: 2 } } }));
    assert.deepEqual(layersOf(half), [2, 6]);
    const five = allocate(request({ method: 'uniform', scores: [], budget: { experts: 5 } }));
    assert.deepEqual([layersOf(five), five.totals.experts], [[4], 3]);
    throwsWith(
      () => allocate(request({ method: 'uniform', scores: [], budget: { experts: 2 } })),
      'budget-too-small',
    );
  });

  it('averages tasks so that a loud one does not outvote the others', () => {
    const modules = syntheticModel(4);
    const only = (layer: number, loudness: number): number[] =>
      modules.map((module) => (module.layer === layer ? loudness : loudness / 1000));
    const scores = [only(1, 1e6), only(2, 1)];
    assert.deepEqual(
      layersOf(allocate(request({ modules, scores, budget: { layers: { count: 2 } } }))),
      [1, 2],
    );
  });

  it('follows layer scores of their own where an estimator gives them', () => {
    const layerScores = [[0, 9, 0, 0, 0, 0, 0, 8]];
    assert.deepEqual(layersOf(allocate(request({ layerScores }))), [1, 7]);
  });

  it('keeps locked rows as they are and counts them', () => {
    const path = 'model.layers.0.self_attn.q_proj';
    const off = 'model.layers.3.mlp.down_proj';
    const locked = {
      [path]: { rank: 3, alpha: 5, experts: 2, locked: true },
      [off]: { rank: 1, alpha: 1, experts: 0, locked: true },
    };
    const made = allocate(request({ locked }));
    assert.deepEqual(made.plan.modules[path], locked[path]);
    assert.deepEqual(made.plan.modules[off], locked[off]);
    assert.deepEqual(layersOf(made), [0, 3]);
    assert.equal(made.totals.layers, 2);
    // Layer 0 takes its place anyway, so that its other modules cost no layer.
    assert.equal(made.totals.modules, 5);
    assert.match(made.summary, /over 5 modules \(2 locked\)/);
    const narrow: Budget = { experts: 1 };
    throwsWith(
      () => allocate(request({ locked, budget: narrow })),
      'budget-too-small',
      /locked modules alone/,
    );
    throwsWith(
      () => allocate(request({ locked: { nowhere: { rank: 1, alpha: 1, experts: 1 } } })),
      'option-invalid',
      /"nowhere"/,
    );
  });

  it('refuses what it cannot work with', () => {
    throwsWith(
      () => allocate(request({ targets: ['x_proj'] })),
      'option-invalid',
      /"x_proj" matches no module/,
    );
    throwsWith(() => allocate(request({ scores: [[1, 2]] })), 'scores-invalid', /2 scores for 24/);
    const scores = request().scores[0] ?? [];
    throwsWith(
      () => allocate(request({ scores: [scores.map(() => 0)] })),
      'scores-invalid',
      /Every score is 0/,
    );
    throwsWith(
      () => allocate(request({ scores: [scores.map(() => -1)] })),
      'scores-invalid',
      /layers\.0.*-1/,
    );
  });
});
