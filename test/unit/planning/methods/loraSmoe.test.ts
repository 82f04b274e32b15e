import assert from 'node:assert/strict';
import fc from 'fast-check';
import { allocate } from '../../../../src/planning/allocate';
import { groupsOf, quantilesOf, vote } from '../../../../src/planning/stages/vote';
import type { Module } from '../../../../src/shared/words';
import { throwsWith } from '../../files/throwsCode';
import { columnOf, layersOf, request } from './requests';

/** Five modules of one type, one a layer. */
const modules = Array.from({ length: 5 }, (_, layer): Module => {
  return {
    path: `model.layers.${layer}.self_attn.q_proj`,
    layer,
    role: 'q',
    inFeatures: 10,
    outFeatures: 10,
  };
});
const scores = [
  [1, 5, 3, 9, 7],
  [2, 2, 8, 4, 6],
];
const toy = { modules, scores, targets: ['q_proj'] };

describe('LoRA-SMoE', () => {
  it('gives a module as many experts as tasks vote for it, and none where none does', () => {
    const made = allocate(request('lora-smoe', toy));
    assert.deepEqual(layersOf(made), [1, 2, 3, 4]);
    assert.deepEqual(columnOf(made, 'experts'), [1, 1, 2, 2]);
    // One expert is plain LoRA; two have a router.
    assert.equal(made.totals.parameters, 2 * 8 * 20 + 2 * (2 * 8 * 20 + 2 * 10));
    const few = allocate(request('lora-smoe', { ...toy, options: { quantile: 0.75 } }));
    assert.deepEqual(
      [layersOf(few), columnOf(few, 'experts')],
      [
        [2, 3],
        [1, 1],
      ],
    );
  });

  it('names its modules as the model does, and parses back to the same', () => {
    const made = allocate(request('lora-smoe', toy));
    const paths = modules.map(({ path }) => path);
    assert.ok(Object.keys(made.plan.modules).every((path) => paths.includes(path)));
    assert.deepEqual(JSON.parse(JSON.stringify(made)), made);
  });

  it('searches the quantile with the most experts within the limit', () => {
    const values = fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 15, maxLength: 15 });
    const many = modules.flatMap((module) =>
      (['q', 'k', 'v'] as const).map((role) => ({
        ...module,
        role,
        path: `model.layers.${module.layer}.self_attn.${role}_proj`,
      })),
    );
    const groups = groupsOf(many, 'type');
    let exact = 0;
    fc.assert(
      fc.property(
        fc.array(values, { minLength: 2, maxLength: 4 }),
        fc.integer({ min: 12, max: 60 }),
        (tasks, experts) => {
          const targets = ['q_proj', 'k_proj', 'v_proj'];
          const made = allocate(
            request('lora-smoe', { modules: many, scores: tasks, targets, budget: { experts } }),
          );
          const totals = quantilesOf(groups).map((quantile) =>
            vote(tasks, groups, quantile).reduce((sum, count) => sum + count, 0),
          );
          assert.equal(made.totals.experts, Math.max(...totals.filter((total) => total <= experts)));
          if (made.totals.experts === experts) exact++;
        },
      ),
      { seed: 71, numRuns: 200 },
    );
    assert.ok(exact > 10);
  });

  it('keeps a limit on parameters, and layers with the most votes', () => {
    const budget = { parameters: 400 };
    const made = allocate(request('lora-smoe', { ...toy, budget }));
    assert.ok(made.totals.parameters <= 400 && made.totals.experts === 2);
    const two = allocate(request('lora-smoe', { ...toy, budget: { layers: { count: 2 } } }));
    assert.deepEqual(
      [layersOf(two), columnOf(two, 'experts')],
      [
        [3, 4],
        [2, 2],
      ],
    );
    throwsWith(
      () => allocate(request('lora-smoe', { ...toy, budget: { parameters: 100 } })),
      'budget-too-small',
    );
  });

  it('has no fewer experts under a larger limit where layers are limited too', () => {
    const layers = [0, 0, 1, 1, 2, 2, 2, 2, 3, 3];
    const uneven = layers.map((layer, index): Module => ({
      ...modules[0]!,
      layer,
      path: `layers.${layer}.${index}.q`,
    }));
    const tasks = [
      [21, 13, 37, 26, 4, 9, 14, 31, 21, 19],
      [23, 6, 3, 9, 30, 28, 20, 8, 7, 39],
      [21, 12, 4, 29, 34, 5, 4, 37, 17, 32],
    ];
    const total = (experts: number): number =>
      allocate(
        request('lora-smoe', {
          ...{ modules: uneven, scores: tasks, targets: ['q'] },
          budget: { experts, layers: { count: 3 } },
        }),
      ).totals.experts;
    for (let experts = 3; experts < 27; experts++) assert.ok(total(experts + 1) >= total(experts));
  });

  it('groups by type, all together, or attention and MLP apart, by sum or mean', () => {
    const wide: Module = { ...modules[0]!, path: 'model.layers.0.mlp.up_proj', role: 'up', inFeatures: 1000 };
    const more = [...modules, wide, { ...wide, path: 'model.layers.1.mlp.up_proj', layer: 1 }];
    const loud = [
      [...scores[0]!, 500, 600],
      [...scores[1]!, 500, 600],
    ];
    const expertsOf = (options: object): number[] =>
      columnOf(
        allocate(
          request('lora-smoe', { modules: more, scores: loud, targets: ['q_proj', 'up_proj'], options }),
        ),
        'experts',
      );
    assert.deepEqual(expertsOf({ grouping: 'type' }), [1, 1, 2, 2, 2]);
    assert.deepEqual(expertsOf({ grouping: 'attention-mlp' }), [1, 1, 2, 2, 2]);
    assert.deepEqual(expertsOf({ grouping: 'pooled', quantile: 0.7 }), [2, 2]);
    // 600 over 10,000 entries is less than 1 over 100.
    assert.notDeepEqual(
      expertsOf({ grouping: 'pooled', statistic: 'mean', quantile: 0.7 }),
      expertsOf({ grouping: 'pooled', quantile: 0.7 }),
    );
  });

  it('lets the folds of a single task vote, and refuses one without samples', () => {
    const perSample = [[...scores, ...scores].map((row) => [...row])];
    const single = { ...toy, scores: [scores[0]!] };
    const made = allocate(request('lora-smoe', { ...single, perSample, options: { folds: 4 } }));
    assert.deepEqual(columnOf(made, 'experts'), [2, 2, 4, 4]);
    throwsWith(() => allocate(request('lora-smoe', single)), 'method-unavailable', /needs several tasks/);
  });

  it('says so where no module has a vote', () => {
    const same = [modules.map(() => 3), modules.map(() => 3)];
    throwsWith(
      () => allocate(request('lora-smoe', { ...toy, scores: same })),
      'option-invalid',
      /quantile 0.4/,
    );
    throwsWith(
      () => allocate(request('lora-smoe', { ...toy, scores: same, budget: { experts: 4 } })),
      'scores-invalid',
      /same score/,
    );
  });
});
