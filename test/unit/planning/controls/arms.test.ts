import assert from 'node:assert/strict';
import fc from 'fast-check';
import { armsOf, type JudgedDesign } from '../../../../src/planning/controls/arms';
import { randomLayers } from '../../../../src/planning/controls/randomLayers';
import type { Module, Plan, PlannedModule } from '../../../../src/shared/words';

const names = ['q_proj', 'v_proj'] as const;
const modulesOf = (layers: number, size = (_: number): number => 16): Module[] =>
  Array.from({ length: layers }, (_, layer) =>
    names.map((name): Module => ({
      path: `model.layers.${layer}.self_attn.${name}`,
      ...{ layer, role: name === 'q_proj' ? 'q' : 'v', inFeatures: size(layer) },
      outFeatures: name === 'q_proj' ? size(layer) : 8,
    })),
  ).flat();
const row = (rank: number, experts = 1): PlannedModule => ({ rank, alpha: 2 * rank, experts });
const inLayers = (layers: readonly number[], of: PlannedModule): Plan => ({
  modules: Object.fromEntries(
    layers.flatMap((layer) => names.map((name) => [`model.layers.${layer}.self_attn.${name}`, of])),
  ),
  shared: [],
});
const design = (change: Partial<JudgedDesign> = {}): JudgedDesign => ({
  method: 'lora',
  adapter: { targets: [...names], rank: 8, alpha: 16, experts: 2 },
  ...{ budget: {}, plan: undefined },
  ...change,
});
const all = ['uniform', 'random', 'all-layers'] as const;

describe('the arms of a judgement', () => {
  const modules = modulesOf(4);

  it('are the plan, as many parameters in all layers, its rows elsewhere, and its row everywhere', () => {
    const plan = inLayers([3], row(8));
    const { arms, without } = armsOf(design(), plan, modules, all);
    assert.deepEqual(without, []);
    assert.deepEqual(
      arms.map(({ name, method, totals }) => [name, method, totals.layers, totals.parameters]),
      [
        // One layer: 8 (16 + 16) and 8 (16 + 8); all four in rank 2 are the same.
        ['plan', 'lora', 1, 448],
        ['uniform', 'lora', 4, 448],
        ['random', 'lora', 1, 448],
        ['all-layers', 'lora', 4, 4 * 448],
      ],
    );
    assert.deepEqual(arms[1]!.planFor(1).modules['model.layers.0.self_attn.q_proj'], row(2));
    assert.deepEqual(arms[3]!.planFor(1), inLayers([0, 1, 2, 3], row(8)));
  });

  it('hold a method without experts against plain LoRA, and one with experts against its own form', () => {
    const shared = [
      { tensor: 'B' as const, members: Object.keys(inLayers([0, 1, 2, 3], row(8)).modules), count: 2 },
    ];
    const lily = { ...inLayers([0, 1, 2, 3], row(8)), shared };
    const { arms, without } = armsOf(design({ method: 'lily' }), lily, modules, ['uniform', 'random']);
    assert.deepEqual(
      arms.map(({ method }) => method),
      ['lily', 'lora'],
    );
    assert.ok(arms[1]!.totals.parameters <= arms[0]!.totals.parameters);
    assert.deepEqual(arms[1]!.planFor(1).shared, []);
    assert.deepEqual(without, [
      { control: 'random', why: 'A plan that shares tensors over layers has no random control.' },
    ]);
    const floe = armsOf(design({ method: 'floe' }), inLayers([1], row(8, 4)), modules, ['uniform']);
    assert.deepEqual(
      floe.arms.map(({ method }) => method),
      ['floe', 'floe'],
    );
  });

  it('have AdaLoRA in the size that it ends with', () => {
    const adalora = { initR: 12, targetR: 4 };
    const { arms } = armsOf(design({ method: 'adalora', adalora }), inLayers([0, 1], row(12)), modules, [
      'uniform',
    ]);
    // Two layers of rank 4 with a diagonal: 2 (4 · 32 + 4 + 4 · 24 + 4).
    assert.equal(arms[0]!.totals.parameters, 464);
    assert.equal(arms[1]!.totals.parameters, 448);
  });

  it('are without a control that is the plan itself, and say so', () => {
    const plan = inLayers([0, 1, 2, 3], row(8));
    const { arms, without } = armsOf(design(), plan, modules, all);
    assert.deepEqual(
      arms.map(({ name }) => name),
      ['plan'],
    );
    assert.deepEqual(
      without.map(({ why }) => why),
      [
        'The plan is its own control uniform: there is nothing to compare.',
        'All layers of the plan are alike, or the model has no other ones of their shape: it has no random control.',
        'The plan is its own control all-layers: there is nothing to compare.',
      ],
    );
    // What is trained otherwise is another arm even with the same rows.
    const dynamic = armsOf(design({ method: 'dynamic-lora' }), plan, modules, ['uniform']);
    assert.deepEqual(
      dynamic.arms.map(({ method }) => method),
      ['dynamic-lora', 'lora'],
    );
  });

  it('have everywhere the row that most modules have, with its experts', () => {
    const [few, many] = [inLayers([0, 1, 2], row(8)), inLayers([3], row(8, 6))];
    const plan = { modules: { ...few.modules, ...many.modules }, shared: [] };
    const { arms } = armsOf(design({ method: 'floe' }), plan, modules, ['all-layers']);
    assert.deepEqual(arms[1]!.planFor(1), inLayers([0, 1, 2, 3], row(8)));
    const adalora = { initR: 12, targetR: 4 };
    const pruned = armsOf(design({ method: 'adalora', adalora }), inLayers([0], row(12)), modules, [
      'all-layers',
    ]);
    // The scale of the plan, alpha 24 over 12, with the rank that it ends with.
    assert.deepEqual(pruned.arms[1]!.planFor(1), inLayers([0, 1, 2, 3], row(4)));
  });

  it('reach modules that are in the plan by hand, whatever the targets name', () => {
    const only = design({ adapter: { targets: ['q_proj', 'query'], rank: 8, alpha: 16, experts: 1 } });
    const { arms } = armsOf(only, inLayers([0], row(8)), modules, ['uniform', 'all-layers']);
    assert.deepEqual(
      arms.map(({ totals }) => totals.modules),
      [2, 8, 8],
    );
  });

  it('take a row by hand for its place in every layer, and not for what else is called so', () => {
    const twice = modules.flatMap((module) => [
      module,
      { ...module, path: module.path.replace('self_attn', 'cross_attn') },
    ]);
    const only = design({ adapter: { targets: ['nothing'], rank: 8, alpha: 16, experts: 1 } });
    const plan = { modules: { 'model.layers.0.cross_attn.q_proj': row(8) }, shared: [] };
    const { arms } = armsOf(only, plan, twice, ['all-layers']);
    assert.deepEqual(
      Object.keys(arms[1]!.planFor(1).modules),
      [0, 1, 2, 3].map((layer) => `model.layers.${layer}.cross_attn.q_proj`),
    );
  });

  it('are asked for once each', () => {
    const { arms } = armsOf(design(), inLayers([0], row(8)), modules, ['uniform', 'uniform']);
    assert.equal(arms.length, 2);
  });
});

describe('layers drawn by chance', () => {
  it('have the very rows of the plan, one layer’s together, in another order for another seed', () => {
    const layers = 8;
    fc.assert(
      fc.property(
        fc.subarray([...Array(layers).keys()], { minLength: 1, maxLength: layers - 1 }),
        fc.integer({ min: 0, max: 1000 }),
        (kept, seed) => {
          const modules = modulesOf(layers);
          const plan: Plan = {
            modules: Object.fromEntries(
              kept.flatMap((layer, at) => Object.entries(inLayers([layer], row(at + 1)).modules)),
            ),
            shared: [],
          };
          const found = randomLayers(plan, modules, seed)!;
          const ranks = (of: Plan): number[] =>
            Object.values(of.modules)
              .map(({ rank }) => rank)
              .sort();
          assert.deepEqual(ranks(found), ranks(plan));
          assert.notDeepEqual(found.modules, plan.modules);
          for (const [path, { rank }] of Object.entries(found.modules)) {
            const other = path.endsWith('q_proj')
              ? path.replace('q_proj', 'v_proj')
              : path.replace('v_proj', 'q_proj');
            assert.equal(found.modules[other]?.rank, rank);
          }
          assert.deepEqual(randomLayers(plan, modules, seed), found);
        },
      ),
    );
    const plans = [1, 2, 3, 4, 5].map((seed) => randomLayers(inLayers([0], row(8)), modulesOf(layers), seed));
    assert.ok(new Set(plans.map((plan) => JSON.stringify(plan))).size > 1);
  });

  it('are of the same shape', () => {
    const modules = modulesOf(4, (layer) => (layer < 2 ? 16 : 32));
    for (let seed = 0; seed < 20; seed++)
      assert.deepEqual(randomLayers(inLayers([0], row(8)), modules, seed), inLayers([1], row(8)));
    assert.equal(
      randomLayers(
        inLayers([0], row(8)),
        modulesOf(2, (layer) => 16 + layer),
        1,
      ),
      undefined,
    );
  });
});
