import assert from 'node:assert/strict';
import fc from 'fast-check';
import { allocate } from '../../../../src/planning/allocate';
import { throwsWith } from '../../files/throwsCode';
import { syntheticModel } from '../syntheticModel';
import { columnOf, layersOf, request } from './requests';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('EVA', () => {
  const modules = syntheticModel(3);
  const adapter = { rank: 2, alpha: 5, experts: 4 };

  it('keeps as many components as rank times targets, alpha with the rank', () => {
    const ratio = fc.double({ min: 1e-6, max: 1, noNaN: true });
    const own = fc.array(ratio, { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(own, { minLength: 9, maxLength: 9 }), (components) => {
        const made = allocate(request('eva', { modules, adapter, components }));
        assert.equal(sum(columnOf(made, 'rank')), 2 * 9);
        const all = components.flat().sort((a, b) => b - a);
        for (const [path, row] of Object.entries(made.plan.modules)) {
          const index = modules.findIndex((module) => module.path === path);
          // No component that was left out is larger than one that was kept.
          assert.ok(components[index]!.filter((one) => one > all[17]!).length <= row.rank);
          assert.equal(row.alpha, (5 * row.rank) / 2);
          assert.equal(row.experts, 1);
        }
      }),
      { seed: 81, numRuns: 200 },
    );
  });

  it('is uniform where there are no more components than ranks', () => {
    const components = modules.map((_, index) => [0.9 - index / 100, index / 100]);
    const made = allocate(request('eva', { modules, adapter, components }));
    assert.deepEqual(
      columnOf(made, 'rank'),
      modules.map(() => 2),
    );
  });

  it('gives least to a module whose inputs lie on a line, and removes what explains nothing', () => {
    const components = modules.map((_, index) => [0.4, 0.3, 0.2 - index / 100]);
    components[4] = [1, 1e-9, 1e-10];
    const made = allocate(request('eva', { modules, adapter, components }));
    const ranks = modules.map(({ path }) => made.plan.modules[path]?.rank ?? 0);
    assert.equal(ranks[4], 1);
    assert.ok(ranks.every((rank, index) => index === 4 || rank > 1));
    components[4] = [0, 0, 0];
    assert.ok(
      !Object.hasOwn(
        allocate(request('eva', { modules, adapter, components })).plan.modules,
        modules[4]!.path,
      ),
    );
  });

  it('says how to come by components, and how many are needed', () => {
    throwsWith(() => allocate(request('eva', { modules, adapter })), 'method-unavailable', /components/);
    const components = modules.map(() => [1]);
    throwsWith(
      () => allocate(request('eva', { modules, adapter, components })),
      'scores-invalid',
      /9 components/,
    );
  });
});

describe('ranks by depth', () => {
  it('grow linearly from half to one and a half of the mean', () => {
    const made = allocate(request('depth-linear', { modules: syntheticModel(9), scores: [] }));
    const ranks = columnOf(made, 'rank').filter((_, index) => index % 3 === 0);
    assert.deepEqual(ranks, [4, 5, 6, 7, 8, 9, 10, 11, 12]);
    assert.deepEqual(columnOf(made, 'alpha').slice(0, 3), [8, 8, 8]);
    assert.ok(columnOf(made, 'experts').every((experts) => experts === 1));
  });

  it('have the mean, whatever rounding takes and gives', () => {
    for (const rank of [1, 2, 3, 7, 16]) {
      const made = allocate(request('depth-linear', { adapter: { rank, alpha: 1, experts: 1 }, scores: [] }));
      assert.equal(sum(columnOf(made, 'rank')), rank * 24);
      const byLayer = columnOf(made, 'rank').filter((_, index) => index % 3 === 0);
      assert.deepEqual(
        byLayer,
        [...byLayer].sort((a, b) => a - b),
      );
    }
  });

  it('fall together for a limit on parameters', () => {
    const full = allocate(request('depth-linear')).totals.parameters;
    const made = allocate(request('depth-linear', { budget: { parameters: full / 2 } }));
    assert.equal(made.totals.layers, 8);
    assert.equal(sum(columnOf(made, 'rank')), 4 * 24);
  });
});

describe('experts by depth group', () => {
  it('rise as 2-4-6-8, scaled to the mean', () => {
    const byLayer = (experts: number): number[] =>
      columnOf(
        allocate(request('depth-groups', { adapter: { rank: 8, alpha: 16, experts }, scores: [] })),
        'experts',
      ).filter((_, index) => index % 3 === 0);
    assert.deepEqual(byLayer(5), [2, 2, 4, 4, 6, 6, 8, 8]);
    assert.equal(sum(byLayer(4)), 32);
    assert.deepEqual(byLayer(1), [1, 1, 1, 1, 1, 1, 1, 1]);
  });

  it('keep a limit on experts, at least one each, in evenly spaced layers', () => {
    const made = allocate(request('depth-groups', { budget: { experts: 40 } }));
    assert.ok(made.totals.experts <= 40 && made.totals.layers === 8);
    const two = allocate(request('depth-groups', { budget: { layers: { count: 2 } } }));
    assert.deepEqual(layersOf(two), [2, 6]);
    assert.equal(two.totals.experts, 24);
  });
});

describe('a plan in proportion', () => {
  it('is shared out over all layers where nothing is short, though some get none', () => {
    const modules = syntheticModel(3);
    const scores = [modules.map(({ layer }) => (layer === 1 ? 0 : 1 + layer))];
    const made = allocate(request('proportional', { modules, scores }));
    assert.deepEqual(layersOf(made), [0, 2]);
    // Quotas of 36 over weights 1, 1, 1, 3, 3, 3.
    assert.deepEqual(columnOf(made, 'experts'), [3, 3, 3, 9, 9, 9]);
    const fewer = allocate(request('proportional', { modules, scores, budget: { experts: 20 } }));
    assert.equal(fewer.totals.experts, 20);
    const one = allocate(request('proportional', { modules, scores, budget: { experts: 1 } }));
    assert.equal(one.totals.experts, 1);
  });
});

describe('the least and the most experts of a module', () => {
  it('bound what is shared out in proportion', () => {
    const modules = syntheticModel(1);
    const change = { modules, scores: [[100, 1, 0]] };
    const bounded = (options: object): number[] =>
      columnOf(allocate(request('proportional', { ...change, options })), 'experts');
    assert.deepEqual(bounded({}), [12]);
    assert.deepEqual(bounded({ minExperts: 1 }), [10, 1, 1]);
    assert.deepEqual(bounded({ minExperts: 1, maxExperts: 5 }), [5, 5, 2]);
    throwsWith(() => bounded({ minExperts: 3, maxExperts: 2 }), 'option-invalid', /at least 3/);
  });
});
