import assert from 'node:assert/strict';
import { allocate } from '../../../src/planning/allocate';
import { planRequest } from '../../../src/planning/planRequest';
import { layerTable, reportOf } from '../../../src/planning/report';
import type { RunEvent } from '../../../src/shared/runEvents';
import { applyEvent } from '../../../src/shared/applyEvent';
import { emptyRun } from '../../../src/shared/runState';
import { scoreFiles } from './scoredModel';
import { syntheticModel } from './syntheticModel';

const at = '2026-11-22T00:00:00.000Z';
const [file] = scoreFiles(4, ['mail']);
const scored: RunEvent[] = [
  { at, type: 'started', job: 'run', experiment: 'mail.adapter.yaml', tasks: ['mail'] },
  {
    at,
    type: 'model',
    model: 'model',
    architecture: 'LlamaForCausalLM',
    layers: 4,
    parameters: 1_234_567,
    modules: syntheticModel(4),
  },
  {
    at,
    type: 'scores',
    task: 'mail',
    samplesDone: 64,
    samplesTotal: 64,
    scores: file!.modules.map(({ score }) => score),
    standardErrors: file!.modules.map(() => 0.01),
    layerStandardErrors: [0.02, 0.02, 0.02, 0.02],
  },
  { at, type: 'stability', task: 'mail', halvesKendallTau: 0.1, topKAgreement: 0.5 },
];
const plan = allocate(
  planRequest(
    {
      method: 'floe',
      adapter: { targets: ['q_proj'], rank: 8, alpha: 16, experts: 3 },
      budget: { layers: { count: 1 } },
      plan: undefined,
    },
    [file!],
  ),
);
const cells = (row: string): string[] =>
  row
    .split('|')
    .map((cell) => cell.trim())
    .slice(1, -1);

describe('the report of a run', () => {
  const before = scored.reduce(applyEvent, emptyRun);
  const after = applyEvent(before, { at, type: 'plan', plan });

  it('has what a reader of the results should know, behind the facts', () => {
    const noted = applyEvent(after, { at, type: 'note', text: 'mail: 3 of 64 samples were cut.' });
    assert.match(reportOf(noted), /\n- Model: .*\n- mail: 3 of 64 samples were cut\.\n\n## Layers\n/);
    assert.doesNotMatch(reportOf(after), /were cut/);
  });

  it('has a row a layer with its share, its score and its experts', () => {
    const rows = layerTable(after).map(cells);
    assert.deepEqual(rows[0], ['layer', 'share', 'mail', 'experts']);
    assert.deepEqual(rows.slice(2), [
      ['0', '10.0 %', '1', '-'],
      ['1', '20.0 %', '2', '-'],
      ['2', '30.0 %', '3', '-'],
      ['3', '40.0 %', '4', '3'],
    ]);
  });

  it('has intervals and how sure the choice is, where the run tells of them', () => {
    const sure = applyEvent(before, {
      ...{ at, type: 'stability', task: 'mail', halvesKendallTau: 0.8, topKAgreement: 1 },
      intervals: [
        [0.5, 1.5],
        [1, 3],
        [2.5, 3.5],
        [3, 5],
      ],
      selection: { count: 1, confidence: 0.9, frequencies: [0, 0.01, 0.09, 0.9], enough: 64 },
    });
    const rows = layerTable(sure).map(cells);
    assert.deepEqual(rows[0], ['layer', 'share', 'mail', '95 %']);
    assert.deepEqual(rows.at(-1), ['3', '40.0 %', '4', '3 to 5']);
    assert.match(
      reportOf(sure),
      /The top layer is the same in 90\.0 % of bootstrap resamples; named are 3 \(90\.0 %\), 2 \(9\.0 %\)\. 64 samples would have been enough/,
    );
  });

  it('says of how many samples, and why it stopped there, where it stopped once it was sure', () => {
    const looks = [32, 64].map((samples) => ({ samples, confidence: 0.97 }));
    const sure = applyEvent(before, {
      ...{ at, type: 'looked', task: 'mail' },
      certainty: { level: 0.95, layers: 1, of: 1000, sure: true, looks },
    });
    assert.match(
      reportOf(sure),
      /^- mail: 64 of 1000 samples; .*\n {2}The top layer was the same in 97\.0 % of resamples at 32 and 64 samples; stopped after 64 of 1,000\.$/m,
    );
  });

  it('has no column of experts before there is a plan', () => {
    assert.deepEqual(cells(layerTable(before)[0]!), ['layer', 'share', 'mail']);
  });

  it('calls an order noise whose halves disagree', () => {
    assert.match(reportOf(after), /mail: 64 samples; .*τ 0\.10.*mostly noise/);
  });

  it('lists the plan, and which rows are locked only where some are', () => {
    assert.match(reportOf(after), /\| model\.layers\.3\.self_attn\.q_proj \| +8 \| +16 \| +3 \|\n/);
    assert.doesNotMatch(reportOf(after), /locked/);
    const [path, row] = Object.entries(plan.plan.modules)[0]!;
    const locked = { ...plan, plan: { ...plan.plan, modules: { [path]: { ...row, locked: true } } } };
    assert.match(reportOf(applyEvent(before, { at, type: 'plan', plan: locked })), /by hand/);
  });
});
