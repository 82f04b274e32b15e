import assert from 'node:assert/strict';
import fc from 'fast-check';
import { lilyTensors, sortedGroups, strideOf } from '../../../src/shared/lilyTensors';
import type { Module, SharedTensor } from '../../../src/shared/words';

const q = (layer: number): Module => ({
  ...{ path: `layers.${layer}.q_proj`, layer, role: 'q', inFeatures: 8, outFeatures: 8 },
});
const groupsOf = (shared: readonly SharedTensor[]): string =>
  sortedGroups(shared.filter(({ tensor }) => tensor === 'A').map(({ members }) => members));

describe('the stride that a plan shares by', () => {
  it('gives the same groups as the one that it was made with', () => {
    const layers = fc.uniqueArray(fc.nat(20), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(layers, fc.integer({ min: 1, max: 24 }), (some, strideA) => {
        const modules = some.map(q);
        const shared = lilyTensors(modules, { strideA, numB: 2 });
        const found = strideOf(shared, modules);
        assert.equal(found.isExact, true);
        assert.ok(found.strideA <= strideA);
        assert.equal(groupsOf(lilyTensors(modules, { strideA: found.strideA, numB: 2 })), groupsOf(shared));
      }),
    );
  });

  it('is the size of the largest group where no stride gives them', () => {
    const shared: SharedTensor[] = [{ tensor: 'A', members: [q(0).path, q(5).path], count: 1 }];
    assert.deepEqual(strideOf(shared, [0, 2, 5].map(q)), { strideA: 2, isExact: false });
  });
});
