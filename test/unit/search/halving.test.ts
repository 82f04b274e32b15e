import assert from 'node:assert/strict';
import fc from 'fast-check';
import { goesOn, trialGoesOn, type Measured } from '../../../src/search/halving';
import { newStudy, type Study } from '../../../src/search/study';
import type { StudyEvent } from '../../../src/search/studyEvents';
import { apply, at, oneRank, settingsOf } from './studies';

const rungs = { firstStep: 10, factor: 3 };
const curve = (...values: number[]): Measured[] => values.map((value, n) => ({ step: 10 * (n + 1), value }));
const curves = fc.array(
  fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 10 }).map((values) => curve(...values)),
  { maxLength: 12 },
);
const own = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 10 });

describe('successive halving', () => {
  it('lets a third through each rung, and the first ones all', () => {
    const two = [curve(5), curve(6)];
    assert.ok(goesOn([], curve(0), rungs));
    assert.ok(goesOn([curve(5)], curve(0), rungs));
    assert.ok(!goesOn(two, curve(5), rungs));
    assert.ok(goesOn(two, curve(6), rungs));
    assert.ok(goesOn([...two, curve(7), curve(1), curve(1)], curve(6), rungs));
    assert.ok(!goesOn([...two, curve(7), curve(1), curve(1)], curve(5), rungs));
  });

  it('looks at a rung only with what had come to it, and at the best before it', () => {
    const long = [curve(1, 1, 5), curve(1, 1, 6)];
    assert.ok(goesOn(long, curve(1, 1), rungs));
    assert.ok(!goesOn(long, curve(1, 1, 4), rungs));
    assert.ok(goesOn([...long, curve(0)], curve(1, 7, 2), rungs));
    assert.ok(goesOn(long, curve(1, 7, 2), rungs));
    assert.ok(!goesOn(long, curve(NaN), rungs));
    assert.ok(!goesOn(long, [{ step: 12, value: 9 }], rungs));
  });

  it('never stops the best, and nobody for having done better', () => {
    fc.assert(
      fc.property(
        curves,
        own,
        fc.nat({ max: 9 }),
        fc.integer({ min: 0, max: 5 }),
        (earlier, values, at, more) => {
          const best = Math.max(0, ...earlier.flat().map(({ value }) => value));
          assert.ok(goesOn(earlier, curve(best, ...values), rungs));
          const raised = values.map((value, index) => (index === at ? value + more : value));
          if (goesOn(earlier, curve(...values), rungs)) assert.ok(goesOn(earlier, curve(...raised), rungs));
        },
      ),
      { seed: 7 },
    );
  });

  it('never takes back that a trial is stopped, and never asks in which order the others came', () => {
    fc.assert(
      fc.property(curves, own, (earlier, values) => {
        const went = values.map((_, length) => goesOn(earlier, curve(...values.slice(0, length + 1)), rungs));
        assert.deepEqual(
          went,
          [...went].sort((a, b) => Number(b) - Number(a)),
        );
        const whole = curve(...values);
        assert.equal(goesOn([...earlier].reverse(), whole, rungs), goesOn(earlier, whole, rungs));
      }),
      { seed: 8 },
    );
  });

  const measured = (trial: number, value: number, seed = 1, step = 10): StudyEvent => ({
    ...{ at, type: 'measured', trial, seed, step, value },
  });

  it('compares a trial of a study with those of earlier batches, whichever is ahead', () => {
    const settings = settingsOf({ batch: 2, rungs: { firstStep: 10, factor: 2 }, space: oneRank(9) });
    const batch = (...ranks: number[]): StudyEvent => ({
      ...{ at, type: 'proposed', proposals: ranks.map((rank) => ({ point: { rank } })) },
    });
    const first = apply(
      newStudy(settings),
      batch(2, 4),
      measured(0, 0.9),
      measured(1, 0.1),
      ...[0, 1].map((trial): StudyEvent => ({ at, type: 'pruned', trial })),
      batch(8, 16),
    );
    assert.ok(trialGoesOn(first, 0) && trialGoesOn(first, 1), 'the first batch has none before it');
    const ahead = apply(first, measured(3, 0.99), measured(2, 0.9));
    const behind = apply(first, measured(2, 0.9));
    assert.ok(trialGoesOn(ahead, 2) && trialGoesOn(behind, 2));
    const worse = apply(first, measured(2, 0.05));
    assert.ok(!trialGoesOn(worse, 2));
  });

  it('turns round for losses, and looks at the first seed only', () => {
    const study = (direction: 'maximize' | 'minimize', seed: number): Study => {
      const settings = settingsOf({
        ...{ rungs: { firstStep: 10, factor: 2 }, seeds: [1, 2] },
        objective: { metric: 'x', direction, sizeWeight: 0 },
      });
      return apply(
        newStudy(settings),
        { at, type: 'proposed', proposals: [{ point: { rank: 2 } }] },
        measured(0, 0.5),
        { at, type: 'pruned', trial: 0 },
        { at, type: 'proposed', proposals: [{ point: { rank: 4 } }] },
        measured(1, 0.4, seed),
      );
    };
    assert.ok(!trialGoesOn(study('maximize', 1), 1));
    assert.ok(trialGoesOn(study('maximize', 2), 1));
    assert.ok(trialGoesOn(study('minimize', 1), 1));
  });
});
