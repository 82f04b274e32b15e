import assert from 'node:assert/strict';
import { allocate } from '../../../../src/planning/allocate';
import { planFileSchema } from '../../../../src/shared/planFile';
import type { Module } from '../../../../src/shared/words';
import { throwsWith } from '../../files/throwsCode';
import { syntheticModel } from '../syntheticModel';
import { columnOf, layersOf, request } from './requests';

function model(layers: number, targets: Record<string, [inFeatures: number, outFeatures: number]>): Module[] {
  return Array.from({ length: layers }, (_, layer) =>
    Object.entries(targets).map(([name, [inFeatures, outFeatures]]): Module => {
      return { path: `model.layers.${layer}.${name}`, layer, role: 'q', inFeatures, outFeatures };
    }),
  ).flat();
}

function parametersOf(modules: Module[], rank: number, strideA: number, numB: number): number {
  const targets = [...new Set(modules.map(({ path }) => path.split('.').at(-1)!))];
  const adapter = { rank, alpha: rank, experts: 4 };
  return allocate(request('lily', { modules, targets, adapter, scores: [], options: { strideA, numB } }))
    .totals.parameters;
}

describe('Lily', () => {
  it('counts what its published settings train, shared tensors once', () => {
    const llama = {
      'self_attn.q_proj': [4096, 4096],
      'self_attn.k_proj': [4096, 1024],
      'self_attn.v_proj': [4096, 1024],
    };
    assert.equal(parametersOf(model(32, llama as never), 16, 8, 4), 1_185_792);
    const small = { 'self_attn.q_proj': [3072, 3072], 'self_attn.v_proj': [3072, 1024] };
    assert.equal(parametersOf(model(28, small as never), 896, 14, 2), 18_450_432);
    const mlp = { 'mlp.gate_proj': [3072, 8192], 'mlp.up_proj': [3072, 8192], 'mlp.down_proj': [8192, 3072] };
    assert.equal(parametersOf(model(28, mlp as never), 140, 14, 2), 9_485_280);
  });

  it("shares the A's of neighboring layers of one target, the last ones fewer, and a pool of B's by target", () => {
    const made = allocate(
      request('lily', {
        modules: syntheticModel(5),
        targets: ['q_proj', 'v_proj'],
        options: { strideA: 2, numB: 3 },
      }),
    );
    assert.deepEqual(planFileSchema.parse(made), made);
    const q = (layer: number): string => `model.layers.${layer}.self_attn.q_proj`;
    const ofQ = made.plan.shared.filter(({ members }) => members[0] === q(0) || members[0] === q(2));
    assert.deepEqual(ofQ, [
      { tensor: 'A', members: [q(0), q(1)], count: 1 },
      { tensor: 'A', members: [q(2), q(3)], count: 1 },
      { tensor: 'B', members: [0, 1, 2, 3, 4].map(q), count: 3 },
    ]);
    assert.equal(made.plan.shared.length, 6);
    // Per target: three A's of r · in, three B's of r · out, five routers of 3 · r.
    assert.equal(made.totals.parameters, 3 * 8 * 64 + 3 * 8 * 64 + 5 * 24 + 3 * 8 * 64 + 3 * 8 * 32 + 5 * 24);
  });

  it('lowers the rank of all for a limit on parameters, then drops layers', () => {
    const at = (parameters: number): ReturnType<typeof allocate> =>
      allocate(request('lily', { budget: { parameters } }));
    const full = allocate(request('lily')).totals.parameters;
    assert.equal(full % 8, 0);
    const seven = at(full - 1);
    assert.equal(seven.totals.parameters, (full / 8) * 7);
    assert.ok(columnOf(seven, 'rank').every((rank) => rank === 7));
    assert.equal(at(full / 8 - 1).totals.layers, 7);
    throwsWith(() => at(100), 'budget-too-small');
  });

  it('keeps the layers with the largest scores, evenly spaced ones without scores', () => {
    const budget = { layers: { count: 2 } };
    assert.deepEqual(layersOf(allocate(request('lily', { budget }))), [3, 6]);
    assert.deepEqual(layersOf(allocate(request('lily', { budget, scores: [] }))), [2, 6]);
  });

  it('takes the rank of locked modules, which share its tensors, and refuses two', () => {
    const row = { rank: 3, alpha: 4, experts: 1, locked: true };
    const paths = ['model.layers.1.self_attn.q_proj', 'model.layers.2.self_attn.q_proj'] as const;
    const made = allocate(request('lily', { locked: { [paths[0]]: row } }));
    assert.ok(columnOf(made, 'rank').every((rank) => rank === 3));
    assert.ok(made.plan.shared.some(({ tensor, members }) => tensor === 'B' && members.includes(paths[0])));
    const locked = { [paths[0]]: row, [paths[1]]: { ...row, rank: 2 } };
    throwsWith(() => allocate(request('lily', { locked })), 'option-invalid', /differ in rank/);
  });
});
