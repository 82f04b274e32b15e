import assert from 'node:assert/strict';
import { budgetLimits } from '../../../src/planning/budget';
import { adapterForm, moduleParameters, planParameters } from '../../../src/planning/parameters';
import type { Module, Plan, SharedTensor } from '../../../src/shared/words';

const size = { inFeatures: 100, outFeatures: 40 };

describe('trainable parameters', () => {
  it('of one module, by the form of the adapter', () => {
    assert.equal(moduleParameters(size, { rank: 8, experts: 1 }, 'lora'), 8 * 140);
    assert.equal(moduleParameters(size, { rank: 8, experts: 4 }, 'hydra'), 800 + 4 * 320 + 400);
    assert.equal(moduleParameters(size, { rank: 8, experts: 4 }, 'mola'), 4 * 8 * 140 + 400);
    assert.equal(moduleParameters(size, { rank: 8, experts: 1 }, 'svd'), 8 * 141);
    for (const form of ['hydra', 'mola'] as const) {
      assert.equal(moduleParameters(size, { rank: 8, experts: 1 }, form), 8 * 140);
      assert.equal(moduleParameters(size, { rank: 8, experts: 0 }, form), 0);
    }
  });

  it('in the form that the method trains', () => {
    assert.equal(adapterForm('floe'), 'hydra');
    assert.equal(adapterForm('uniform'), 'hydra');
    assert.equal(adapterForm('lora-smoe'), 'mola');
    assert.equal(adapterForm('adalora'), 'svd');
    assert.equal(adapterForm('lora'), 'lora');
  });

  /** Lily's plan for one kind of module in all layers: an A for each `stride` of them, one pool of B's. */
  function lily(
    layers: number,
    targets: Record<string, [inFeatures: number, outFeatures: number]>,
    rank: number,
    stride: number,
    pool: number,
  ): { plan: Plan; modules: Module[] } {
    const modules: Module[] = [];
    const shared: SharedTensor[] = [];
    for (const [name, [inFeatures, outFeatures]] of Object.entries(targets)) {
      const own = Array.from({ length: layers }, (_, layer): Module => {
        return { path: `layers.${layer}.${name}`, layer, role: 'q', inFeatures, outFeatures };
      });
      modules.push(...own);
      const paths = own.map(({ path }) => path);
      for (let first = 0; first < layers; first += stride) {
        shared.push({ tensor: 'A', members: paths.slice(first, first + stride), count: 1 });
      }
      shared.push({ tensor: 'B', members: paths, count: pool });
    }
    const rows = modules.map(({ path }) => [path, { rank, alpha: rank, experts: 1 }] as const);
    return { plan: { modules: Object.fromEntries(rows), shared }, modules };
  }

  it("of Lily's published settings, shared tensors counted once", () => {
    const count = ({ plan, modules }: ReturnType<typeof lily>): number =>
      planParameters(plan, modules, adapterForm('lily'));
    assert.equal(count(lily(32, { q: [4096, 4096], k: [4096, 1024], v: [4096, 1024] }, 16, 8, 4)), 1_185_792);
    assert.equal(count(lily(28, { q: [3072, 3072], v: [3072, 1024] }, 896, 14, 2)), 18_450_432);
    const mlp = { gate: [3072, 8192], up: [3072, 8192], down: [8192, 3072] } satisfies Record<
      string,
      [number, number]
    >;
    assert.equal(count(lily(28, mlp, 140, 14, 2)), 9_485_280);
  });
});

describe('budget limits', () => {
  const none = { parameters: Infinity, experts: Infinity };

  it('round a share of layers, at least one', () => {
    assert.deepEqual(budgetLimits({ layers: { share: 0.25 } }, 32), { layers: 8, ...none });
    assert.equal(budgetLimits({ layers: { share: 0.01 } }, 32).layers, 1);
    assert.equal(budgetLimits({ layers: { share: 1 } }, 32).layers, 32);
    assert.equal(budgetLimits({ layers: { count: 40 } }, 32).layers, 32);
    assert.deepEqual(budgetLimits({}, 8), { layers: 8, ...none });
  });

  it('turn megabytes into parameters of four bytes and keep the lower limit', () => {
    assert.equal(budgetLimits({ megabytes: 2 }, 8).parameters, 500_000);
    assert.equal(budgetLimits({ megabytes: 2, parameters: 100 }, 8).parameters, 100);
    assert.equal(budgetLimits({ experts: 48 }, 8).experts, 48);
  });
});
