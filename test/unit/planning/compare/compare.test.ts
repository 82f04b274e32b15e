import assert from 'node:assert/strict';
import {
  planDifferenceWords,
  planDifference,
  type MeasuredPlan,
} from '../../../../src/planning/compare/difference';
import { measuredOf, verdictWords, welch, type Measured } from '../../../../src/planning/compare/measured';
import { planTotals } from '../../../../src/planning/totals';
import type { TrialEvaluation, TrialState } from '../../../../src/shared/trialState';
import type { Plan } from '../../../../src/shared/words';
import { down, q, v } from '../draft/frames';
import { syntheticModel } from '../syntheticModel';

const measuredPlan = (modules: Plan['modules']): MeasuredPlan => {
  const plan: Plan = { modules, shared: [] };
  return { plan, totals: planTotals(plan, syntheticModel(4), 'hydra') };
};
const row = (rank: number, experts = 1) => ({ rank, alpha: 2 * rank, experts });

describe('how one plan differs from another', () => {
  const left = measuredPlan({
    [q(0)]: row(8),
    [q(1)]: row(8),
    [v(1)]: row(4),
    [down(3)]: { ...row(4), experts: 0 },
  });
  const right = measuredPlan({ [q(1)]: row(4), [v(1)]: row(8, 2), [q(2)]: row(4), [q(3)]: row(4) });

  it('is counted by module, and rank that only moved apart from rank that was added', () => {
    assert.deepEqual(planDifference(left, right), {
      ...{ layers: 1, modules: 1, experts: 2, parameters: right.totals.parameters - left.totals.parameters },
      ...{ onlyLeft: 1, onlyRight: 2, ranks: 2, otherExperts: 1, rankMoved: 12, otherAlpha: 0 },
    });
  });

  it('is said in words, from the left to the right', () => {
    const words = planDifferenceWords(left, right);
    assert.match(words, /^The right plan adapts 1 layer more, 1 module more and 2 experts more and takes/);
    assert.match(
      words,
      /2 have another rank, 1 has another number of experts, 1 is adapted on the left only and 2 are adapted on the right only\./,
    );
    assert.match(words, /12 of rank moved between modules\.$/);
    assert.match(planDifferenceWords(right, left), /1 layer fewer.*parameters? (?:more|fewer) \([+−]\d/);
  });

  it('is none where both give every module the same', () => {
    assert.equal(planDifferenceWords(left, left), 'Both plans give every module the same.');
    const moved = measuredPlan({ [q(0)]: row(4), [q(1)]: row(8) });
    assert.equal(
      planDifferenceWords(measuredPlan({ [q(0)]: row(8), [q(1)]: row(4) }), moved),
      'Both plans are of the same size. Of the modules 2 have another rank. 4 of rank moved between modules.',
    );
  });

  it('tells rows that are alike but for their alpha', () => {
    const other = measuredPlan({ [q(0)]: { ...row(8), alpha: 8 } });
    assert.equal(
      planDifferenceWords(measuredPlan({ [q(0)]: row(8) }), other),
      'Both plans are of the same size. Of the modules 1 has another alpha at the same rank.',
    );
  });

  it('has no share of nothing', () => {
    assert.doesNotMatch(planDifferenceWords(measuredPlan({}), right), /%|NaN|Infinity/);
  });
});

describe('which of two is better', () => {
  const accuracy = (values: readonly number[], changes: Partial<Measured> = {}): Measured => ({
    ...{ metric: 'accuracy', split: 'test', of: 'spam 100', values },
    ...changes,
  });

  it('is no verdict where seeds or data do not allow one', () => {
    assert.equal(verdictWords(undefined, undefined), undefined);
    assert.match(
      verdictWords(accuracy([0.8]), undefined) ?? '',
      /^No verdict: only the left one was trained/,
    );
    assert.match(
      verdictWords(accuracy([0.8]), accuracy([0.9])) ?? '',
      /^No verdict: one seed each .*80\.0 % left, 90\.0 % right/,
    );
    assert.match(verdictWords(accuracy([0.8, 0.8]), accuracy([0.9])) ?? '', /one has one seed only/);
    for (const other of [{ of: 'topic 9' }, { split: 'validation' }, { metric: 'loss' }] as const)
      assert.match(
        verdictWords(accuracy([0.8, 0.9]), accuracy([0.8, 0.9], other)) ?? '',
        /not evaluated on the same data/,
      );
  });

  it('is what the seeds tell from noise, with its interval', () => {
    const words = verdictWords(accuracy([0.8, 0.81, 0.79]), accuracy([0.9, 0.91, 0.89])) ?? '';
    assert.match(
      words,
      /^The right one is better by 10\.0 points of accuracy on test data: 80\.0 % left, 90\.0 % right/,
    );
    assert.match(words, /3 and 3 seeds, 95 % interval ± 2\.3 points/);
    assert.match(
      verdictWords(accuracy([0.8, 0.9]), accuracy([0.82, 0.9])) ?? '',
      /^No difference that the seeds tell from noise/,
    );
    const loss = (values: readonly number[]) => accuracy(values, { metric: 'loss' });
    assert.match(
      verdictWords(loss([0.5, 0.51]), loss([0.8, 0.81])) ?? '',
      /^The left one is better by 0\.300 of loss/,
    );
    assert.match(verdictWords(accuracy([0.8, 0.8]), accuracy([0.8, 0.8])) ?? '', /^No difference/);
  });

  it('goes by the interval of Welch', () => {
    // scipy.stats.ttest_ind([1, 2, 3], [4, 6, 8], equal_var=False): 2.94 degrees of freedom,
    // whose quantile of 97.5 % is 3.218759 by numerical integration of the density.
    const { difference, half } = welch([1, 2, 3], [4, 6, 8]);
    assert.equal(difference, 4);
    assert.ok(Math.abs(half - 4.1554) < 1e-4);
  });
});

describe('what trainings measured', () => {
  const evaluation = (
    split: 'validation' | 'test',
    metric: { accuracy?: number; loss: number },
    best = false,
  ): TrialEvaluation => ({
    ...{ step: 1, split, best, routers: {} },
    metrics: [{ task: 'spam', samples: 10, ...metric }],
  });
  const trial = (evaluations: readonly TrialEvaluation[]): TrialState =>
    ({ name: 't', seed: 1, evaluations }) as unknown as TrialState;

  it('is on test data where all have it, else of the adapter that was kept', () => {
    const validation = [
      evaluation('validation', { accuracy: 0.9, loss: 1 }, true),
      evaluation('validation', { accuracy: 0.7, loss: 2 }),
    ];
    const test = evaluation('test', { accuracy: 0.8, loss: 1 });
    assert.deepEqual(measuredOf([trial([...validation, test])]), {
      ...{ metric: 'accuracy', split: 'test', of: 'spam 10', values: [0.8] },
    });
    assert.deepEqual(measuredOf([trial([...validation, test]), trial(validation)])?.values, [0.9, 0.9]);
    assert.equal(measuredOf([trial([])]), undefined);
    assert.equal(measuredOf([]), undefined);
  });

  it('is the loss where there is no accuracy', () => {
    const found = measuredOf([trial([evaluation('validation', { loss: 1.5 })])]);
    assert.deepEqual([found?.metric, found?.values], ['loss', [1.5]]);
  });
});
