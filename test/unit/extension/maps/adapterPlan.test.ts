import assert from 'node:assert/strict';
import path from 'node:path';
import { applyEdits } from '../../../../src/configs/text/textEdit';
import { readTrainerConfigs } from '../../../../src/configs/trainers/read';
import { adapterEdits } from '../../../../src/extension/maps/editors/adapterEdits';
import { adapterPlan } from '../../../../src/extension/maps/editors/adapterPlan';
import { readBaseModel, type BaseModel } from '../../../../src/files/baseModel';
import type { PlanChange } from '../../../../src/planning/draft/change';
import { draftFacts } from '../../../../src/planning/draft/draftOf';
import type { DraftFrame, DraftState } from '../../../../src/planning/draft/frame';
import type { RowChange } from '../../../../src/shared/draft';
import { throwsWith } from '../../files/throwsCode';

const model = path.resolve(__dirname, '../../../../media/sample/model');
const q = (layer: number): string => `model.layers.${layer}.self_attn.q_proj`;

describe('an adapter config as a plan', () => {
  let base: BaseModel;
  before(async () => {
    base = await readBaseModel(model);
  });

  const text = (changes: Readonly<Record<string, unknown>> = {}): string =>
    `${JSON.stringify(
      {
        peft_type: 'LORA',
        base_model_name_or_path: 'm',
        r: 8,
        lora_alpha: 16,
        target_modules: ['q_proj', 'v_proj'],
        ...changes,
      },
      null,
      2,
    )}\n`;
  function read(of: string, experts?: ReadonlyMap<string, number>) {
    const { configs, faults } = readTrainerConfigs(of, 'json');
    const config = configs[0]!;
    const found = adapterPlan(config, {
      text: of,
      faults,
      base,
      budget: {},
      ...(experts ? { experts } : {}),
    });
    const frame: DraftFrame = {
      modules: found.modules,
      design: found.design,
      scores: [],
      rankStabilized: config.settings.rankStabilized,
    };
    const state: DraftState = { plan: found.plan, budget: {}, method: undefined, byHand: false };
    const edited = (change: PlanChange): string =>
      applyEdits(of, adapterEdits({ text: of, config, base, found }, frame, state, change).edits);
    return { config, found, frame, state, edited };
  }
  const rows = (all: Record<string, RowChange>): PlanChange => ({ change: 'rows', label: '', rows: all });

  it('has a row for each module that it adapts, and names in all layers to allocate among', () => {
    const { found } = read(
      text({ layers_to_transform: [1, 2], rank_pattern: { 'layers.1.self_attn.q_proj': 4 } }),
    );
    assert.deepEqual(Object.keys(found.plan.modules).length, 4);
    assert.deepEqual(found.plan.modules[q(1)], { rank: 4, alpha: 16, experts: 1 });
    assert.deepEqual(found.design.adapter.targets, ['q_proj', 'v_proj']);
    assert.equal(found.fixed, undefined);
    assert.equal(found.modules.length, 8 * 7);
  });

  it('is allocated anew in all layers, and says the same when it is read again', () => {
    const one = read(text({ layers_to_transform: [1, 2] }));
    const after = read(
      one.edited({ change: 'allocate', method: 'depth-linear', budget: { layers: { count: 4 } } }),
    );
    const { plan } = after.found;
    assert.equal(Object.keys(plan.modules).length, 8);
    assert.equal(new Set(Object.values(plan.modules).map(({ rank }) => rank)).size, 4);
    assert.ok(Object.values(plan.modules).every(({ rank, alpha }) => Math.abs(alpha / rank - 2) < 1e-6));
  });

  it('keeps the scale of rsLoRA with another rank', () => {
    const after = read(read(text({ use_rslora: true })).edited(rows({ [q(3)]: { rank: 2 } })));
    assert.deepEqual(after.found.plan.modules[q(3)], { rank: 2, alpha: 8, experts: 1 });
  });

  it('keeps adapters that have no place among the layers, and says so', () => {
    const one = read(text({ target_modules: ['q_proj', 'lm_head'] }));
    assert.equal(one.found.strangers.length, 1);
    assert.match(one.found.notes.join(), /has an adapter too, and no place among the layers/);
    const after = read(
      one.edited({ change: 'allocate', method: 'uniform', budget: { layers: { count: 2 } } }),
    );
    assert.deepEqual(after.found.strangers, one.found.strangers);
    assert.equal(Object.keys(after.found.plan.modules).length, 3);
  });

  it('of AdaLoRA has one rank, and refuses others', () => {
    const adalora = text({ peft_type: 'ADALORA', r: undefined, init_r: 8, target_r: 4, total_step: 100 });
    const { edited, found, frame } = read(adalora);
    throwsWith(
      () => edited(rows({ [q(3)]: { rank: 2 } })),
      'method-unavailable',
      /cannot say this\. .*rank/i,
    );
    const all = Object.keys(found.plan.modules).map((module) => [module, { rank: 4, alpha: 16 }]);
    const after = read(edited(rows(Object.fromEntries(all) as Record<string, RowChange>)));
    assert.equal(after.config.settings.rank, 4);
    // With its diagonal.
    const { totals } = draftFacts(frame, { plan: found.plan, budget: {}, method: undefined, byHand: false });
    const sizes = frame.modules.filter(({ path: of }) => found.plan.modules[of]);
    assert.equal(
      totals.parameters,
      sizes.reduce((sum, one) => sum + 8 * (one.inFeatures + one.outFeatures + 1), 0),
    );
  });

  it('of Lily shares tensors, whose modules have one rank', () => {
    const lily = text({ peft_type: 'LILY', r: 8, stride_A: 2, num_B: 3, scaling: 1 });
    const { edited, found } = read(lily);
    assert.ok(found.plan.shared.some(({ tensor, members }) => tensor === 'A' && members.length === 2));
    assert.ok(
      found.plan.shared.some(
        ({ tensor, count, members }) => tensor === 'B' && count === 3 && members.length === 8,
      ),
    );
    throwsWith(() => edited(rows({ [q(3)]: { rank: 2 } })), 'option-invalid', /share their/);
    const all = Object.keys(found.plan.modules).map((module) => [module, { rank: 4 }]);
    const after = read(edited(rows(Object.fromEntries(all) as Record<string, RowChange>)));
    assert.equal(after.config.settings.rank, 4);
  });

  it('of a mixture has its experts, and is not edited here', () => {
    const hydra = read(text({ lora_nums: 4 }), new Map([[q(0), 2]]));
    assert.equal(hydra.found.plan.modules[q(0)]?.experts, 2);
    assert.equal(hydra.found.plan.modules[q(1)]?.experts, 4);
    assert.equal(hydra.found.design.method, 'floe');
    assert.match(hydra.found.fixed ?? '', /mixture/);
    const layers = [1, 2, 3, 4, 5, 6, 7, 8];
    const mola = read(text({ number_experts: layers, r: layers.map((layer) => 2 * layer), top_k: layers }));
    assert.deepEqual(mola.found.plan.modules[q(2)], { rank: 6, alpha: 16, experts: 3 });
    assert.equal(mola.found.design.method, 'lora-smoe');
  });

  it('is not edited while its text has a fault, or gives copies of layers ranks of their own', () => {
    assert.match(read(`${text().trimEnd()},\n`).found.fixed ?? '', /^Line \d+: /);
    assert.match(read(text({ r: 'eight' })).found.fixed ?? '', /Line 4: r is not a whole number/);
    assert.match(
      read(
        text({
          layer_replication: [
            [0, 4],
            [2, 8],
          ],
        }),
      ).found.fixed ?? '',
      /layer_replication/,
    );
  });
});
