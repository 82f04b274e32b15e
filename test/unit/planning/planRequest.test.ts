import assert from 'node:assert/strict';
import { allocate } from '../../../src/planning/allocate';
import { planRequest, type Design } from '../../../src/planning/planRequest';
import { throwsWith } from '../files/throwsCode';
import { scoreFiles } from './scoredModel';

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

  it('says that a method is not built yet', () => {
    throwsWith(
      () => allocate(planRequest({ ...design, method: 'lora-smoe' }, scoreFiles(4, ['a']))),
      'method-unavailable',
      /lora-smoe/,
    );
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
