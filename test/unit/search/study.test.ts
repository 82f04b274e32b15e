import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LabError } from '../../../src/shared/errors';
import { bestTrial, paretoFront } from '../../../src/search/bestTrials';
import { evaluationsOf, trialValue } from '../../../src/search/objective';
import { newStudy, replayStudy } from '../../../src/search/study';
import type { StudyEvent } from '../../../src/search/studyEvents';
import { apply, at, cost, oneRank, settingsOf, studyWith } from './studies';

const proposed = (...ranks: number[]): StudyEvent => ({
  ...{ at, type: 'proposed', proposals: ranks.map((rank) => ({ point: { rank } })) },
});

describe('a study', () => {
  it('is what its events tell', () => {
    const settings = settingsOf({ seeds: [3, 1], batch: 2 });
    const why = { mean: 0.8, deviation: 0.1, expectedImprovement: 0.02 };
    const study = replayStudy([
      { at, type: 'study', version: 1, settings },
      { at, type: 'proposed', proposals: [{ point: { rank: 8 }, why }, { point: { rank: 2 } }] },
      { at, type: 'running', trial: 0 },
      { at, type: 'measured', trial: 0, seed: 1, step: 20, value: 0.7 },
      { at, type: 'measured', trial: 0, seed: 1, step: 10, value: 0.5 },
      { at, type: 'measured', trial: 0, seed: 3, step: 10, value: 0.4 },
      { at, type: 'measured', trial: 0, seed: 1, step: 10, value: 0.6 },
      { at, type: 'told', trial: 0, seed: 1, value: 0.7 },
      { at, type: 'failed', trial: 1, reason: 'The memory of the card is full.' },
    ]);
    assert.deepEqual(study.trials, [
      {
        ...{ number: 0, before: 0, point: { rank: 8 }, cost: 8000, state: 'running', startedAt: at, why },
        values: [{ seed: 1, value: 0.7 }],
        curve: [
          { seed: 3, step: 10, value: 0.4 },
          { seed: 1, step: 10, value: 0.6 },
          { seed: 1, step: 20, value: 0.7 },
        ],
      },
      {
        ...{ number: 1, before: 0, point: { rank: 2 }, cost: 2000, state: 'failed', values: [], curve: [] },
        ...{ reason: 'The memory of the card is full.', finishedAt: at },
      },
    ]);
    const after = apply(study, { at, type: 'told', trial: 0, seed: 3, value: 0.8 });
    assert.equal(after.trials[0]!.state, 'done');
    assert.deepEqual(
      after.trials[0]!.values.map(({ value }) => value),
      [0.8, 0.7],
    );
    assert.equal(trialValue(after, after.trials[0]!), 0.75);
    assert.deepEqual(
      evaluationsOf(after).map(({ candidate, merit }) => [candidate.key, merit]),
      [
        ['rank=8', 0.8],
        ['rank=8', 0.7],
      ],
    );
  });

  it('refuses what cannot have happened', () => {
    const begun = newStudy(settingsOf());
    const open = apply(begun, proposed(8));
    const done = apply(open, { at, type: 'told', trial: 0, seed: 1, value: 1 });
    for (const [study, event, words] of [
      [begun, proposed(3), /rank=3, which is no candidate/],
      [begun, { at, type: 'running', trial: 0 }, /trial 0, which was never proposed/],
      [open, proposed(4), /before the last one is told/],
      [open, { at, type: 'told', trial: 0, seed: 2, value: 1 }, /seed 2/],
      [done, { at, type: 'pruned', trial: 0 }, /after its end/],
      [done, { at, type: 'study', version: 1, settings: settingsOf() }, /two lines/],
    ] as const) {
      const refused = (thrown: unknown): boolean =>
        thrown instanceof LabError && thrown.code === 'journal-invalid' && words.test(thrown.message);
      assert.throws(() => apply(study, event), refused);
    }
    assert.throws(() => replayStudy([proposed(8)]), /does not begin with the settings/);
  });

  it('counts a trial that was stopped with the best it had reached, and never as the best', () => {
    const study = apply(
      newStudy(settingsOf()),
      proposed(8),
      { at, type: 'measured', trial: 0, seed: 1, step: 1, value: 0.4 },
      { at, type: 'measured', trial: 0, seed: 1, step: 2, value: NaN },
      { at, type: 'measured', trial: 0, seed: 1, step: 3, value: 0.3 },
      { at, type: 'pruned', trial: 0 },
    );
    assert.equal(trialValue(study, study.trials[0]!), 0.4);
    assert.equal(evaluationsOf(study).length, 1);
    assert.equal(bestTrial(study), undefined);
    assert.deepEqual(paretoFront(study), []);
  });

  it('sets size against the metric where that is wanted, in either direction', () => {
    const told = [[{ rank: 2 }, 0.5] as const, [{ rank: 64 }, 0.52] as const];
    const best = (direction: 'maximize' | 'minimize', sizeWeight: number): number | undefined => {
      const objective = { metric: 'accuracy', direction, sizeWeight };
      return bestTrial(studyWith(settingsOf({ objective }), told))?.point['rank'];
    };
    assert.equal(best('maximize', 0), 64);
    assert.equal(best('maximize', 0.1), 2);
    assert.equal(best('minimize', 0), 2);
    const objective = { metric: 'loss', direction: 'minimize' as const, sizeWeight: 0.1 };
    const study = studyWith(settingsOf({ objective, space: { ...oneRank(), costLimit: 80_000 } }), told);
    assert.ok(Math.abs(evaluationsOf(study)[1]!.merit + (0.52 + (0.1 * 64) / 80)) < 1e-12);
  });
});

describe('the best trials', () => {
  const ranks = [2, 4, 8, 16, 32, 64];
  const values = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 6 });
  const studies = fc.tuple(values, fc.constantFrom('maximize' as const, 'minimize' as const));

  it('make a front that nothing beats and that beats all else', () => {
    fc.assert(
      fc.property(studies, ([told, direction]) => {
        const objective = { metric: 'accuracy', direction, sizeWeight: 0 };
        const pairs = told.map((value, index) => [{ rank: ranks[index]! }, value] as const);
        const study = studyWith(settingsOf({ objective }), pairs);
        const merit = (value: number): number => (direction === 'maximize' ? value : -value);
        const front = paretoFront(study).map(({ point, values: [first] }) => ({
          ...{ parameters: cost(point), merit: merit(first!.value) },
        }));
        front.slice(1).forEach((one, index) => {
          assert.ok(one.parameters > front[index]!.parameters && one.merit > front[index]!.merit);
        });
        for (const [point, value] of pairs) {
          assert.ok(front.some((one) => one.parameters <= cost(point) && one.merit >= merit(value)));
        }
        const best = bestTrial(study)!;
        assert.equal(merit(best.values[0]!.value), front.at(-1)!.merit);
        assert.equal(best.cost, front.at(-1)!.parameters);
      }),
      { seed: 2 },
    );
  });
});
