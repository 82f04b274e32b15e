import assert from 'node:assert/strict';
import fc from 'fast-check';
import { allocate } from '../../../../src/planning/allocate';
import { throwsWith } from '../../files/throwsCode';
import { syntheticModel } from '../syntheticModel';
import { layersOf, request } from './requests';

describe('FLoE', () => {
  const modules = syntheticModel(4);
  const gates = [
    [
      [1, -1, 0.5, 2],
      [1, -1, 0.5, -2],
      [1, -1, -0.5, 2],
    ],
  ];
  const half = { modules, gates, budget: { layers: { share: 0.5 } } };

  it('takes the diagonal of the gates as layer scores, and refines the mask where it is asked to', () => {
    assert.deepEqual(layersOf(allocate(request('floe', { ...half, options: { refine: false } }))), [0, 3]);
    assert.deepEqual(layersOf(allocate(request('floe', half))), [2, 3]);
    const own = { ...half, layerScores: [[4, 3, 2, 1]], options: { refine: false } };
    assert.deepEqual(layersOf(allocate(request('floe', own))), [0, 1]);
  });

  it('refuses gates without a gradient, which adapters that were not warmed up have', () => {
    const cold = [[[0, 0, 0, 0]]];
    throwsWith(
      () => allocate(request('floe', { ...half, gates: cold })),
      'scores-invalid',
      /Every score is 0/,
    );
  });

  it('does not refine away a layer that is locked', () => {
    const locked = { 'model.layers.0.self_attn.q_proj': { rank: 2, alpha: 4, experts: 1, locked: true } };
    assert.deepEqual(layersOf(allocate(request('floe', { ...half, locked }))), [0, 3]);
  });

  it('solves a knapsack over layers of different cost', () => {
    // Layer 0 has all three modules, the others two.
    const uneven = modules.filter(({ layer, role }) => layer === 0 || role !== 'down');
    const scores = [uneven.map(({ layer }) => (layer === 0 ? 2 : 2.4))];
    const cost = (layers: number): number =>
      allocate(request('floe', { modules: uneven, scores, budget: { layers: { count: layers } } })).totals
        .parameters;
    assert.deepEqual(
      layersOf(allocate(request('floe', { modules: uneven, scores, budget: { layers: { count: 1 } } }))),
      [0],
    );
    // Together two cheap layers score 9.6, more than the 6 of layer 0, and cost less than layer 0 and one of them.
    const parameters = 2 * (cost(2) - cost(1));
    assert.ok(parameters < cost(2) && parameters > cost(1));
    const made = allocate(request('floe', { modules: uneven, scores, budget: { parameters } }));
    assert.deepEqual(layersOf(made), [1, 2]);
    assert.equal(made.totals.parameters, parameters);
  });

  it('keeps 8 of 32 layers, at least one of few, and the same for scores of any scale', () => {
    const many = syntheticModel(32);
    const scores = fc.uniqueArray(fc.integer({ min: 1, max: 10_000 }), { minLength: 96, maxLength: 96 });
    fc.assert(
      fc.property(scores, fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (given, factor) => {
        const budget = { layers: { share: 0.25 } };
        const made = allocate(request('floe', { modules: many, scores: [given], budget }));
        assert.equal(made.totals.layers, 8);
        const scaled = [given.map((score) => score * factor)];
        assert.deepEqual(allocate(request('floe', { modules: many, scores: scaled, budget })), made);
      }),
      { seed: 61, numRuns: 50 },
    );
    const few = request('floe', { modules, budget: { layers: { share: 0.01 } } });
    assert.equal(allocate(few).totals.layers, 1);
  });
});
