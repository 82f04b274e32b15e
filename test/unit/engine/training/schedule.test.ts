import assert from 'node:assert/strict';
import fc from 'fast-check';
import { learningRateAt, warmupSteps, type Schedule } from '../../../../src/engine/training/schedule';
import { close } from '../../tensors/close';
import { reference } from './reference';

describe('learning rate', () => {
  for (const { kind, steps, warmupRatio, warmup, peak, rates } of reference.schedules) {
    it(`is that of transformers: ${kind}, ${steps} steps, warm-up ${warmupRatio}`, () => {
      const schedule = { peak, warmupRatio, kind: kind as Schedule['kind'] };
      assert.equal(warmupSteps(steps, warmupRatio), warmup);
      close(
        rates.map((_, step) => learningRateAt(step, steps, schedule)),
        rates,
        1e-11,
        'rates',
      );
    });
  }

  it('rises to the peak, never exceeds it, and never rises again', () => {
    const schedules = fc.record({
      peak: fc.double({ min: 1e-6, max: 1, noNaN: true }),
      warmupRatio: fc.double({ min: 0, max: 1, noNaN: true }),
      kind: fc.constantFrom('cosine' as const, 'linear' as const, 'constant' as const),
    });
    fc.assert(
      fc.property(schedules, fc.integer({ min: 1, max: 300 }), (schedule, steps) => {
        const warmup = warmupSteps(steps, schedule.warmupRatio);
        // Beyond the last step too: nothing may rise again there.
        const length = warmup < steps ? steps + 50 : steps;
        const rates = Array.from({ length }, (_, step) => learningRateAt(step, steps, schedule));
        rates.forEach((rate, step) => {
          assert.ok(rate >= 0 && rate <= schedule.peak);
          const before = rates[step - 1];
          if (before !== undefined)
            assert.ok(step <= warmup ? rate > before : rate <= before, `step ${step}`);
        });
        if (warmup < steps) assert.equal(rates[warmup], schedule.peak);
      }),
      { seed: 9, numRuns: 200 },
    );
  });
});
