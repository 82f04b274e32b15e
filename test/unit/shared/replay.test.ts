import assert from 'node:assert/strict';
import fc from 'fast-check';
import { replay } from '../../../src/shared/replay';
import type { RunEvent } from '../../../src/shared/runEvents';
import { applyEvent } from '../../../src/shared/applyEvent';
import { emptyRun, type RunState } from '../../../src/shared/runState';
import { events as anyEvents } from '../files/skim/journals';

const at = '2026-11-22T00:00:00.000Z';
const stepOf = (trial: string, step: number, loss: number): RunEvent => ({
  ...{ at, type: 'step', trial, step, loss },
  ...{ learningRate: step, gradientNorm: 0, tokensPerSecond: 2 * loss },
});
const steps = (count: number, trial = 't'): RunEvent[] =>
  Array.from({ length: count }, (_, index) => stepOf(trial, index + 1, Math.sin(index / 50) + 2));

/** So that a change of what was given shows. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
}

describe('a replay of many events', () => {
  it('gives what one after the other does, and leaves what it was given as it was', function () {
    this.timeout(60_000);
    fc.assert(
      fc.property(anyEvents, fc.nat(), (events, cut) => {
        const half = cut % (events.length + 1);
        const first = frozen(replay(emptyRun, frozen(events.slice(0, half))));
        const whole = replay(first, frozen(events.slice(half)));
        const one = events.reduce<RunState>((state, event) => applyEvent(frozen(state), event), emptyRun);
        assert.deepEqual(whole, one);
      }),
      { numRuns: 300, seed: 3 },
    );
  });

  it('keeps a bounded number of evaluations: the first, the best, the newest, those on test data, and others spread over the steps', () => {
    const evaluated = (step: number, more: object = {}): RunEvent => ({
      ...{ at, type: 'evaluated', trial: 't', step, split: 'validation', best: false },
      metrics: [{ task: 'spam', samples: 8, loss: 1 / (1 + step) }],
      ...more,
    });
    const count = 20_000;
    const best = 7777;
    const all = Array.from({ length: count }, (_, step) =>
      evaluated(step, step === best ? { best: true } : {}),
    );
    const test = evaluated(best, { split: 'test', best: true });
    for (const events of [
      [...all, test],
      [all[0]!, test, ...all.slice(1)],
    ]) {
      const [trial] = replay(emptyRun, events).trials;
      const { evaluations } = trial!;
      assert.ok(evaluations.length > 150 && evaluations.length <= 503, String(evaluations.length));
      const measured = evaluations.filter(({ split }) => split === 'validation').map(({ step }) => step);
      assert.deepEqual([measured[0], measured.at(-1)], [0, count - 1]);
      assert.ok(measured.includes(best));
      const gaps = measured.slice(1, -1).map((step, index) => step - measured[index]!);
      assert.ok(gaps.every((gap) => gap > 0 && gap <= count / 100));
      assert.deepEqual(
        evaluations.filter(({ split }) => split === 'test').map(({ step }) => step),
        [best],
      );
    }
  });

  it('keeps a bounded number of points, whose mean is that of the steps', () => {
    const events = steps(100_000);
    const [trial] = replay(emptyRun, events).trials;
    const { points, step } = trial!;
    assert.equal(step, 100_000);
    assert.ok(points.length > 1900 && points.length <= 4000, String(points.length));
    assert.deepEqual(points[0], { step: 1, loss: 2, learningRate: 1, tokensPerSecond: 4 });
    const last = events.at(-1);
    assert.ok(last?.type === 'step');
    assert.deepEqual([points.at(-1)?.step, points.at(-1)?.loss], [100_000, last.loss]);
    const mean = points.reduce(
      (sum, { step: end, loss }, index) => sum + loss * (end - (points[index - 1]?.step ?? 0)),
      0,
    );
    const real = events.reduce((sum, event) => sum + (event.type === 'step' ? event.loss : 0), 0);
    assert.ok(Math.abs(mean / real - 1) < 1e-9, `${mean} for ${real}`);
    points.forEach(({ step: end, learningRate, loss, tokensPerSecond }, index) => {
      assert.ok(end > (points[index - 1]?.step ?? 0));
      assert.equal(learningRate, end);
      assert.ok(Math.abs(tokensPerSecond - 2 * loss) < 1e-9);
    });
  });

  it('gives the same points however the events came', () => {
    const events = steps(9000);
    const whole = replay(emptyRun, events);
    let state = emptyRun;
    for (let from = 0; from < events.length; from += 701)
      state = replay(state, events.slice(from, from + 701));
    assert.deepEqual(state, whole);
    assert.deepEqual(
      events.slice(0, 5000).reduce(applyEvent, emptyRun),
      replay(emptyRun, events.slice(0, 5000)),
    );
  });

  it('keeps fewer points of each trial where there are hundreds', () => {
    const names = Array.from({ length: 300 }, (_, index) => `trial-${index}`);
    const { trials } = replay(
      emptyRun,
      names.flatMap((name) => steps(500, name)),
    );
    assert.equal(trials.length, 300);
    assert.ok(trials.every(({ points }) => points.length <= 128 && points.at(-1)?.step === 500));
  });

  it('forgets points of steps behind the one that a trial goes on from, merged ones too', () => {
    const trial = (fromStep: number): RunEvent => ({
      ...{ at, type: 'trial', trial: 't', seed: 1, steps: 9000, fromStep, parameters: 1, samples: 1 },
    });
    const [back] = replay(emptyRun, [...steps(9000), trial(4000)]).trials;
    assert.ok(back!.points.every(({ step }) => step <= 4000));
    assert.deepEqual([back!.points[0]?.step, back!.step], [1, 4000]);
    assert.deepEqual(replay(emptyRun, [...steps(9000), trial(0)]).trials[0]?.points, []);
  });

  it('keeps some of many reallocations, the newest among them', () => {
    const moves = Array.from({ length: 5000 }, (_, index): RunEvent => ({
      ...{ at, type: 'reallocated', trial: 't', step: index + 1, ranks: { m: index } },
    }));
    const { reallocations } = replay(emptyRun, moves).trials[0]!;
    assert.ok(reallocations.length > 100 && reallocations.length <= 256, String(reallocations.length));
    assert.deepEqual(reallocations.at(-1), { step: 5000, ranks: { m: 4999 }, weights: {} });
  });

  it('does not touch the trials that nothing is told of', () => {
    const before = replay(emptyRun, [...steps(3, 'a'), ...steps(3, 'b')]);
    const after = replay(before, [stepOf('b', 4, 1)]);
    assert.equal(after.trials[0], before.trials[0]);
    assert.notEqual(after.trials[1], before.trials[1]);
  });

  it('names a file once that was written again', () => {
    const wrote = (path: string): RunEvent => ({ at, type: 'wrote', path });
    assert.deepEqual(replay(emptyRun, [wrote('a'), wrote('b'), wrote('a')]).wrote, ['a', 'b']);
  });
});
