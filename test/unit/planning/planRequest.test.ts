import assert from 'node:assert/strict';
import { experimentFileSchema } from '../../../src/configs/experiment/schema';
import { allocate } from '../../../src/planning/allocate';
import { defaultOptions } from '../../../src/planning/options';
import { planRequest, requireAllocatable, type Design } from '../../../src/planning/planRequest';
import { experimentMethods } from '../../../src/shared/words';
import { throwsWith } from '../files/throwsCode';
import { scoreFiles } from './scoredModel';
import { syntheticModel } from './syntheticModel';

const design: Design = {
  method: 'floe',
  adapter: { targets: ['q_proj', 'v_proj'], rank: 8, alpha: 16, experts: 4 },
  budget: { layers: { share: 0.25 } },
  plan: undefined,
};

describe('the allocation that an experiment asks for', () => {
  it('keeps the top layers of all tasks for floe', () => {
    const { plan, totals } = allocate(planRequest(design, scoreFiles(8, ['a', 'b'])));
    const layers = new Set(Object.keys(plan.modules).map((path) => path.split('.')[2]));
    assert.deepEqual([...layers], ['6', '7']);
    assert.equal(totals.experts, 16);
  });

  it('gives every target one adapter for plain LoRA, whatever adapter.experts says', () => {
    const { plan } = allocate(planRequest({ ...design, method: 'lora', budget: {} }, scoreFiles(4, ['a'])));
    assert.equal(Object.keys(plan.modules).length, 8);
    assert.ok(Object.values(plan.modules).every(({ experts }) => experts === 1));
  });

  it('passes on the locked rows of the plan and no others', () => {
    const row = { rank: 2, alpha: 4, experts: 1 };
    const { locked } = planRequest(
      {
        ...design,
        plan: {
          modules: {
            'model.layers.0.self_attn.q_proj': { ...row, locked: true },
            'model.layers.1.self_attn.q_proj': row,
          },
          shared: [],
        },
      },
      scoreFiles(8, ['a']),
    );
    assert.deepEqual(Object.keys(locked ?? {}), ['model.layers.0.self_attn.q_proj']);
  });

  it('starts AdaLoRA from its first rank in every target, dynamic LoRA from plain LoRA', () => {
    const start = (method: 'adalora' | 'dynamic-lora'): number[] =>
      Object.values(
        allocate(planRequest({ ...design, method, budget: {}, adalora: { initR: 12 } }, scoreFiles(4, ['a'])))
          .plan.modules,
      ).map(({ rank }) => rank);
    assert.deepEqual(start('adalora'), new Array(8).fill(12));
    assert.deepEqual(start('dynamic-lora'), new Array(8).fill(8));
    const one = allocate(planRequest({ ...design, method: 'adalora', budget: {} }, scoreFiles(1, ['a'])));
    // In SVD form: r (in + out + 1).
    assert.equal(one.totals.parameters, 8 * (64 + 64 + 1) + 8 * (64 + 32 + 1));
  });

  it('makes the plans of Lily and LoRA-SMoE with the options of their blocks', () => {
    const lily = { ...design, method: 'lily' as const, budget: {}, lily: { strideA: 2, numB: 3 } };
    const { shared } = allocate(planRequest(lily, scoreFiles(4, ['a']))).plan;
    assert.deepEqual(
      shared.map(({ tensor, members, count }) => [tensor, members.length, count]),
      [
        ['A', 2, 1],
        ['A', 2, 1],
        ['A', 2, 1],
        ['A', 2, 1],
        ['B', 4, 3],
        ['B', 4, 3],
      ],
    );
    const options = { quantile: 0.7, grouping: 'type' as const, statistic: 'sum' as const, folds: 2 };
    const smoe = { ...design, method: 'lora-smoe' as const, budget: {}, loraSmoe: options };
    const { plan, totals } = allocate(planRequest(smoe, scoreFiles(4, ['a', 'b'])));
    assert.ok(Object.entries(plan.modules).every(([path, row]) => path.includes('.3.') && row.experts === 2));
    assert.equal(totals.modules, 2);
    throwsWith(() => allocate(planRequest(smoe, scoreFiles(4, ['a']))), 'method-unavailable', /one/);
    const sampled = scoreFiles(4, ['a']).map((file) => ({
      ...file,
      modules: file.modules.map((module) => ({ ...module, perSample: [module.score, 2 * module.score] })),
    }));
    assert.deepEqual(allocate(planRequest(smoe, sampled)), { ...allocate(planRequest(smoe, sampled)), plan });
  });

  it('takes gates, layer scores and components from files that have them', () => {
    const gates = [
      [1, -1, 0.5, 2],
      [1, -1, 0.5, -2],
      [1, -1, -0.5, 2],
    ];
    const gated = scoreFiles(4, ['a']).map((file) => ({ ...file, estimator: 'gate-fisher' as const, gates }));
    const request = planRequest({ ...design, floe: { refine: true } }, gated);
    assert.deepEqual(request.gates, [gates]);
    assert.deepEqual(request.layerScores, [[1, 2, 3, 4]]);
    assert.equal(request.options?.refine, true);
    assert.equal(planRequest(design, [...gated, ...scoreFiles(4, ['b'])]).gates, undefined);
    const explained = (ratio: number): ReturnType<typeof scoreFiles> =>
      scoreFiles(2, ['a']).map((file) => ({
        ...file,
        modules: file.modules.map((module) => ({ ...module, components: [ratio, ratio / 2] })),
      }));
    const [first] = planRequest(design, [...explained(0.2), ...explained(0.6)]).components ?? [];
    assert.ok(Math.abs(first![0]! - 0.4) < 1e-12 && Math.abs(first![1]! - 0.2) < 1e-12);
  });

  it('can be told impossible before scoring, by every method', () => {
    const modules = syntheticModel(4);
    for (const method of experimentMethods) {
      requireAllocatable({ ...design, method }, modules);
      throwsWith(
        () => requireAllocatable({ ...design, method, budget: { parameters: 1 } }, modules),
        'budget-too-small',
      );
    }
    // The least that a vote may leave: rank 8 in v_proj, 64 to 32.
    const least = { ...design, method: 'lora-smoe' as const };
    requireAllocatable({ ...least, budget: { parameters: 8 * (64 + 32) } }, modules);
    throwsWith(
      () => requireAllocatable({ ...least, budget: { parameters: 8 * (64 + 32) - 1 } }, modules),
      'budget-too-small',
    );
  });

  it('has the defaults of the experiment file where a design names no options', () => {
    const file = {
      version: 1,
      model: 'm',
      method: 'lora',
      tasks: [{ name: 'a', kind: 'causal-lm', train: 'a' }],
    };
    const { floe, lora_smoe, lily } = experimentFileSchema.parse(file);
    const { refine, quantile, grouping, statistic, folds, strideA, numB } = defaultOptions;
    assert.equal(refine, floe.refine);
    assert.deepEqual({ quantile, grouping, statistic, folds }, lora_smoe);
    assert.deepEqual([strideA, numB], [lily.stride_a, lily.num_b]);
  });

  it('refuses tasks scored on different models, and no scores at all', () => {
    throwsWith(
      () => planRequest(design, [...scoreFiles(4, ['a']), ...scoreFiles(5, ['b'])]),
      'scores-invalid',
      /'b'/,
    );
    throwsWith(() => planRequest(design, []), 'scores-invalid');
  });
});
