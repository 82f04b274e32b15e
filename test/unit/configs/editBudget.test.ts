import assert from 'node:assert/strict';
import fc from 'fast-check';
import { budgetEdits, budgetText } from '../../../src/configs/experiment/editBudget';
import { parseExperiment } from '../../../src/configs/experiment/parse';
import { applyEdits } from '../../../src/configs/text/textEdit';
import type { Budget } from '../../../src/shared/words';
import { throwsWith } from '../files/throwsCode';

const file = '/w/x.adapter.yaml';
const head = `# top
version: 1
model: m
tasks:
  - { name: t, kind: causal-lm, train: t.jsonl } # one
method: floe
`;
const apply = (text: string, budget: Budget): string => applyEdits(text, budgetEdits(text, file, budget));

describe('writing the budget into the experiment', () => {
  it('replaces what stands there and leaves every other byte', () => {
    assert.equal(
      apply(`${head}budget: { layers: 25% } # a quarter\n`, { layers: { count: 3 }, parameters: 20_000 }),
      `${head}budget: { layers: 3, parameters: 20000 } # a quarter\n`,
    );
    assert.equal(
      apply(`${head}budget:\n  layers: 25%\n  experts: 4\nscore: { samples: 8 }\n`, { megabytes: 1.5 }),
      `${head}budget: { megabytes: 1.5 }\nscore: { samples: 8 }\n`,
    );
  });

  it('keeps the comments, the order and the style of a block', () => {
    const block = `budget: # ours
  # at most
  experts: 0x4   # four
  layers: 25% # a quarter
  # that is all
  parameters: 200k
floe: { warmup_steps: 3 } # end
`;
    const change = (budget: Budget): string => apply(head + block, budget).slice(head.length);
    const all = { experts: 4, layers: { share: 0.25 }, parameters: 200_000 };
    assert.equal(change({ ...all, layers: { count: 3 } }), block.replace('25%', '3'));
    assert.equal(
      change({ ...all, layers: undefined, megabytes: 2 }),
      block.replace('layers: 25% ', '').replace('200k\n', '200k\n  megabytes: 2\n'),
    );
    assert.equal(
      change({}),
      'budget: {} # ours\n  # at most\n  # four\n  # a quarter\n  # that is all\nfloe: { warmup_steps: 3 } # end\n',
    );
    assert.equal(
      apply(`${head}${block}`.replaceAll('\n', '\r\n'), {}),
      `${head}${change({})}`.replaceAll('\n', '\r\n'),
    );
  });

  it('keeps the comments, the order and the style of braces', () => {
    const flow = 'budget: {experts: 4,parameters: 200k}\n';
    const change = (text: string, budget: Budget): string => apply(head + text, budget).slice(head.length);
    assert.equal(change(flow, { experts: 5, parameters: 200_000 }), flow.replace('4', '5'));
    assert.equal(change(flow, { experts: 4 }), 'budget: {experts: 4}\n');
    assert.equal(change(flow, { parameters: 200_000 }), 'budget: {parameters: 200k}\n');
    const lines = `budget: {
  experts: 4, # four
  layers: 25%, # a quarter
} # end
`;
    assert.equal(change(lines, { experts: 4 }), lines.replace('layers: 25%, # a', '# a'));
    assert.equal(change(lines, {}), 'budget: {} # end\n# four\n# a quarter\n');
    assert.equal(
      change(lines, { experts: 4, layers: { share: 0.25 }, megabytes: 2 }),
      lines.replace('25%', '25%, megabytes: 2'),
    );
  });

  it('adds it where there is none, before the plan', () => {
    assert.equal(apply(head, { experts: 4 }), `${head}budget: { experts: 4 }\n`);
    const plan = 'plan:\n  modules: {}\n';
    assert.equal(apply(head + plan, { experts: 4 }), `${head}budget: { experts: 4 }\n${plan}`);
    assert.equal(apply(head.trimEnd(), { experts: 4 }), `${head}budget: { experts: 4 }\n`);
    const crlf = head.replaceAll('\n', '\r\n');
    assert.equal(apply(crlf, { experts: 4 }), `${crlf}budget: { experts: 4 }\r\n`);
  });

  it('adds it above the comments of the plan, and below a plan that comes first', () => {
    const plan = '\n# The plan\n# of May\nplan: # ours\n  modules: {}\n';
    assert.equal(apply(head + plan, { experts: 4 }), `${head}budget: { experts: 4 }\n${plan}`);
    const first = `${plan.trimStart()}${head}`;
    assert.equal(apply(first, { experts: 4 }), `${first}budget: { experts: 4 }\n`);
    const text = head.replace('method: floe\n', '').replace('version', 'method: floe\nversion');
    const folded = `${text.replace('model: m\n', '')}model: >-\n  m\n`;
    assert.equal(apply(folded + plan, { experts: 4 }), `${folded}budget: { experts: 4 }\n${plan}`);
  });

  it('changes nothing where it says so already, however it is written', () => {
    assert.deepEqual(budgetEdits(`${head}budget: { layers: 0.25 }\n`, file, { layers: { share: 0.25 } }), []);
    assert.deepEqual(budgetEdits(head, file, {}), []);
    assert.deepEqual(budgetEdits(head, file, { parameters: undefined }), []);
  });

  it('is refused with the error of an experiment that has one, and its place', () => {
    throwsWith(
      () => budgetEdits(`${head}adapter: { rank: x }\n`, file, {}),
      'experiment-invalid',
      /at 7:18\. /,
    );
    throwsWith(
      () => budgetEdits('version: [\n', file, {}),
      'experiment-syntax',
      /the experiment has an error at/,
    );
  });

  it('is refused where other parts would change', () => {
    const shared = `${head}budget: { layers: &n 4 }\nadapter: { rank: *n }\n`;
    throwsWith(
      () => budgetEdits(shared, file, { experts: 5 }),
      'experiment-invalid',
      /without changing other parts/,
    );
    const anchored = `${head}budget: &b { experts: 4 }\nsearch: { seeds: 1 }\nadapter: { rank: 4 }\n`;
    assert.equal(apply(anchored, { experts: 5 }), anchored.replace('&b { experts: 4', '&b { experts: 5'));
  });

  it('says again what it was given', () => {
    const budgets: fc.Arbitrary<Budget> = fc.record(
      {
        layers: fc.oneof(
          fc.integer({ min: 1, max: 99 }).map((count) => ({ count })),
          fc.integer({ min: 1, max: 1000 }).map((part) => ({ share: part / 1000 })),
        ),
        parameters: fc.integer({ min: 1, max: 1e9 }),
        experts: fc.integer({ min: 1, max: 1e4 }),
        megabytes: fc.integer({ min: 1, max: 1e4 }).map((tenths) => tenths / 10),
      },
      { requiredKeys: [], noNullPrototype: true },
    );
    fc.assert(
      fc.property(budgets, (budget) => {
        const { experiment } = parseExperiment(apply(`${head}budget: { layers: 50% }\n`, budget), file);
        assert.equal(budgetText(experiment!.budget), budgetText(budget));
      }),
      { numRuns: 50 },
    );
  });
});
