import assert from 'node:assert/strict';
import type { RunRecords } from '../../../src/files/runRecords';
import { allocate } from '../../../src/planning/allocate';
import { commitFacts } from '../../../src/planning/commitFacts';
import { commitMessage } from '../../../src/planning/commitMessage';
import { planRequest, type Design } from '../../../src/planning/planRequest';
import type { Verdict } from '../../../src/shared/verdict';
import type { Plan } from '../../../src/shared/words';
import { throwsWith } from '../files/throwsCode';
import { scoreFiles } from './scoredModel';

const scores = scoreFiles(8, ['mail', 'news']);
const base: Design = {
  method: 'floe',
  adapter: { targets: ['q_proj', 'v_proj'], rank: 8, alpha: 16, experts: 4 },
  budget: { layers: { share: 0.25 } },
  plan: undefined,
};
const planFile = allocate(planRequest(base, scores));
const design: Design = { ...base, plan: planFile.plan };
const records: RunRecords = {
  run: '/runs/20261122-000000000-mail-run',
  manifest: {
    version: 1,
    id: '20261122-000000000-mail-run',
    job: 'run',
    experiment: '../../mail.adapter.yaml',
    createdAt: '2026-11-22T00:00:00.000Z',
    state: 'done',
    pid: 1,
    seed: 7,
    versions: { adapterLab: '0.1.0', node: '20', tfjs: '4' },
    inputs: { experimentHash: '', model: '', modelHash: '', tasks: [] },
  },
  scores: { version: 1, scores },
  scoresHash: 'sha256:scores',
  plan: planFile,
};

describe('what a commit says of a plan', () => {
  it('names run, scores, data, seed and budget in its trailers', () => {
    const message = commitMessage(commitFacts('mail.adapter.yaml', design, records));
    for (const trailer of [
      'Adapter-Lab-Method: floe',
      'Adapter-Lab-Budget: 25 % of layers',
      'Adapter-Lab-Run: 20261122-000000000-mail-run',
      'Adapter-Lab-Scores: fisher sha256:scores',
      'Adapter-Lab-Data: mail sha256:mail',
      'Adapter-Lab-Data: news sha256:news',
      'Adapter-Lab-Seed: 7',
      'Adapter-Lab-Verdict: not judged',
    ]) {
      assert.ok(message.split('\n').includes(trailer), `${trailer}\n\n${message}`);
    }
  });

  it('names the newest verdict on this very plan, and none on another or one that is open', () => {
    const on = (plan: Plan, words: string, isOver = true, method: 'floe' | 'lora' = 'floe'): Verdict => ({
      ...{ version: 1, plan, metric: 'accuracy', split: 'test', tasks: [], margin: 0.01, level: 0.05 },
      ...{ seeds: [1, 2], isOver, words, answers: [] },
      arms: [{ name: 'plan', method, parameters: 1, layers: 1, modules: 1, experts: 1, results: [] }],
      comparisons: [
        {
          ...{ control: 'uniform', seeds: 2, difference: 0, standardError: 0, interval: [0, 0], p: 1 },
          ...{
            call: 'none',
            isEquivalent: true,
            isAsGood: true,
            isOver: true,
            bySeed: [0, 0],
            timeRatios: [],
          },
        },
      ],
    });
    const other = { modules: {}, shared: [] };
    const verdictOf = (...verdicts: readonly Verdict[]): string | undefined =>
      commitFacts('mail.adapter.yaml', design, records, verdicts).verdict;
    const { plan } = planFile;
    assert.equal(
      verdictOf(on(other, 'other'), on(plan, 'open', false), on(plan, 'newer'), on(plan, 'older')),
      'newer',
    );
    assert.equal(verdictOf(on(other, 'other')), undefined);
    assert.equal(verdictOf(on(plan, 'trained otherwise', true, 'lora')), undefined);
    assert.equal(verdictOf({ ...on(plan, 'of one seed'), comparisons: [] }), undefined);
    const message = commitMessage(commitFacts('mail.adapter.yaml', design, records, [on(plan, 'Better.')]));
    assert.ok(message.includes('\nAdapter-Lab-Verdict: Better.\n'), message);
  });

  it('is the same for rows in another order and for a lock', () => {
    const rows = Object.entries(planFile.plan.modules).reverse();
    const modules = Object.fromEntries(rows.map(([path, row]) => [path, { ...row, locked: true }]));
    const facts = commitFacts('mail.adapter.yaml', { ...design, plan: { modules, shared: [] } }, records);
    assert.equal(facts.plan.summary, planFile.summary);
  });

  it('counts anew and says so where a row was edited by hand', () => {
    const [[path, row]] = Object.entries(planFile.plan.modules) as [
      [string, { rank: number; alpha: number; experts: number }],
    ];
    const modules = { ...planFile.plan.modules, [path]: { ...row, experts: row.experts + 1 } };
    const facts = commitFacts('mail.adapter.yaml', { ...design, plan: { modules, shared: [] } }, records);
    assert.equal(facts.plan.totals.experts, planFile.totals.experts + 1);
    assert.ok(facts.plan.totals.parameters > planFile.totals.parameters);
    assert.match(facts.plan.summary, /^Edited by hand/);
  });

  it('refuses an experiment or a run without a plan', () => {
    throwsWith(() => commitFacts('mail.adapter.yaml', base, records), 'plan-missing', /mail\.adapter\.yaml/);
    throwsWith(
      () => commitFacts('mail.adapter.yaml', design, { ...records, plan: undefined }),
      'plan-missing',
    );
  });
});

describe('a plan that outgrew its budget', () => {
  it('is not committed with a trailer that it breaks', () => {
    const tight = { ...design, budget: { parameters: planFile.totals.parameters - 1 } };
    throwsWith(() => commitFacts('mail.adapter.yaml', tight, records), 'plan-outdated', /the budget allows/);
    commitFacts(
      'mail.adapter.yaml',
      { ...design, budget: { parameters: planFile.totals.parameters } },
      records,
    );
  });
});
