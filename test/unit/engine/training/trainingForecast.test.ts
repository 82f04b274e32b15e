import assert from 'node:assert/strict';
import { TrainingForecast } from '../../../../src/engine/training/trainingForecast';
import type { TrialEvent } from '../../../../src/engine/training/trialEvents';

const began = (fromStep: number): TrialEvent => ({
  ...{ type: 'trial', trial: 'seed-1', seed: 1, steps: 100, fromStep, parameters: 8, samples: 80 },
});
const judged: TrialEvent = {
  ...{ type: 'evaluated', trial: 'seed-1', step: 0, split: 'validation', metrics: [], best: true },
};
const step = (number: number): TrialEvent => ({
  ...{
    type: 'step',
    trial: 'seed-1',
    step: number,
    loss: 1,
    learningRate: 1,
    gradientNorm: 1,
    tokensPerSecond: 1,
  },
});
const work = { trials: 3, steps: 100, evaluations: 5, tests: 2 };

describe('TrainingForecast', () => {
  it('counts steps, evaluations and tests of all trials, and tells it once', () => {
    const forecast = new TrainingForecast(work);
    assert.equal(forecast.see(began(0), 1000), undefined);
    assert.equal(forecast.see(judged, 1400), undefined);
    // The first one is slow, and not counted.
    assert.equal(forecast.see(step(1), 9000), undefined);
    for (let n = 2; n < 13; n++) assert.equal(forecast.see(step(n), 9000 + 100 * (n - 1)), undefined);
    assert.equal(forecast.see(step(13), 10_200), (3 * (100 * 100 + 400 * (5 + 2))) / 1000);
    assert.equal(forecast.see(step(14), 10_300), undefined);
  });

  it('does not count evaluations among the steps that lie between', () => {
    const forecast = new TrainingForecast(work);
    forecast.see(began(0), 0);
    forecast.see(judged, 400);
    let now = 1000;
    for (let n = 1; n < 13; n++) {
      forecast.see(step(n), (now += 100));
      if (n % 5 === 0) forecast.see({ ...judged, step: n } as TrialEvent, (now += 400));
    }
    assert.equal(forecast.see(step(13), now + 100), (3 * (100 * 100 + 400 * (5 + 2))) / 1000);
  });

  it('waits until the time can be measured, but not beyond the last step', () => {
    const forecast = new TrainingForecast({ ...work, steps: 30 });
    forecast.see(began(0), 0);
    forecast.see(judged, 10);
    for (let n = 1; n < 30; n++) assert.equal(forecast.see(step(n), 10 + n), undefined);
    assert.equal(forecast.see(step(30), 40), (3 * (30 + 10 * 7)) / 1000);
  });

  it('says nothing of a trial that goes on: it was foreseen when it began', () => {
    const forecast = new TrainingForecast(work);
    forecast.see(began(40), 0);
    for (let n = 41; n <= 100; n++) assert.equal(forecast.see(step(n), 100 * n), undefined);
  });
});
