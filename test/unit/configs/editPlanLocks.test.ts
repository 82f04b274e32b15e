import assert from 'node:assert/strict';
import { applyEdits, planEdits } from '../../../src/configs/experiment/editPlan';
import type { Plan } from '../../../src/shared/words';
import { parsed, planless, planOf, row } from './sampleExperiment';

describe('writing a plan whose locks were changed by hand', () => {
  const given = (text: string, plan: Plan): string => applyEdits(text, planEdits(text, plan, 'of the plan'));
  const locked = `${planless}plan:
  modules: # ours
    # by hand
    a.0.q: { rank: 8, alpha: 16, experts: 4, locked: true } # stays?
    a.1.q:
      rank: 8
      alpha: 16
      experts: 4
      locked: true
    a.2.q: { rank: 8, alpha: 16, experts: 4, locked: true }
`;

  it('unlocks rows, changes and removes them, and keeps comments', () => {
    const plan = planOf({ 'a.0.q': row(4), 'a.1.q': row(2, { rank: 3 }) });
    const text = given(locked, plan);
    assert.equal(
      text,
      `${planless}plan:
  modules: # ours
    # by hand
    a.0.q: { rank: 8, alpha: 16, experts: 4 } # stays?
    a.1.q:
      rank: 3
      alpha: 16
      experts: 2
`,
    );
    assert.deepEqual(parsed(text)?.modules, plan.modules);
  });

  it('unlocks a row in its own style, whose comments, order and other spellings stay', () => {
    const styled = `${planless}plan:
  modules:
    a.0.q:   # above all
      experts: 4   # of four
      locked: true # while I try
      # then
      rank: 0x8
      alpha: 16.0
    a.1.q: {experts: 4,locked: true,rank: 8,  alpha: 16}
    a.2.q: {
      rank: 8, # eight
      alpha: 16, experts: 4, # four
      locked: true } # end
`;
    const plan = planOf({ 'a.0.q': row(4), 'a.1.q': row(4), 'a.2.q': row(4) });
    assert.equal(
      given(styled, plan),
      styled
        .replace('      locked: true # while I try', '      # while I try')
        .replace('4,locked: true,rank', '4,rank')
        .replace('      locked: true } # end', '      } # end'),
    );
    assert.deepEqual(planEdits(given(styled, plan), plan, 'of the plan'), []);
  });

  it('gives a row in block style the number that it lacks, in block style', () => {
    const text = 'plan:\n  modules:\n    a.0.q:\n      rank: 8 # eight\n      alpha: 16\n';
    assert.equal(given(text, planOf({ 'a.0.q': row(2) })), `${text}      experts: 2\n`);
  });

  it('keeps and sets locks that the plan has', () => {
    const plan = planOf({
      'a.0.q': row(4, { locked: true }),
      'a.2.q': row(1, { locked: true }),
      'a.3.q': row(0, { locked: true }),
    });
    assert.deepEqual(parsed(given(locked, plan))?.modules, plan.modules);
    assert.deepEqual(planEdits(given(locked, plan), plan, 'of the plan'), []);
  });

  it('keeps comments of rows and shared tensors that are all taken out', () => {
    const text = `${planless}plan:
  modules: { a.0.q: { rank: 8, alpha: 16, experts: 4 } }
  shared: # of Lily
    # one
    - { tensor: A, members: [a.0.q, a.1.q], count: 1 } # two
`;
    assert.match(given(text, planOf({ 'a.0.q': row(4) })), /shared: \[\] # of Lily\n {4}# one\n {4}# two\n$/);
  });

  it('changes flow style too', () => {
    const text = `${planless}plan: { modules: { a.0.q: { rank: 8, alpha: 16, experts: 4, locked: true } } }\n`;
    const plan = planOf({ 'a.0.q': row(1) });
    assert.deepEqual(parsed(given(text, plan))?.modules, plan.modules);
  });
});
