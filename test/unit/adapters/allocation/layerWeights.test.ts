import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  ImportanceAverage,
  layerImportance,
  layerWeights,
} from '../../../../src/adapters/allocation/layerWeights';
import { close } from '../../tensors/close';

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const importances = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 48 });

describe('layer importance', () => {
  it('is the mean of squared gradients over all of a layer', () => {
    assert.equal(layerImportance([Float32Array.of(1, -2), Float32Array.of(3), new Float32Array(2)]), 14 / 5);
    assert.equal(layerImportance([]), 0);
  });

  it('is averaged without the bias of its start at 0', () => {
    const average = new ImportanceAverage(2, 0.9);
    assert.deepEqual(average.values, [0, 0]);
    average.update([5, 0]);
    close(average.values, [5, 0], 1e-12, 'after one update');
    average.update([2, 4]);
    // (0.9 · 0.1 · 5 + 0.1 · 2) / (1 − 0.81)
    close(average.values, [0.65 / 0.19, 0.4 / 0.19], 1e-12, 'after two');
  });

  it('is averaged over a pause as if there had been none', () => {
    const [straight, first] = [new ImportanceAverage(3), new ImportanceAverage(3)];
    for (const average of [straight, first]) average.update([0.1, 0.7, 3]);
    const resumed = new ImportanceAverage(3, 0.9, JSON.parse(JSON.stringify(first.state)));
    for (const average of [straight, resumed]) average.update([1 / 3, 0, 2 / 7]);
    assert.deepEqual(resumed.values, straight.values);
  });
});

describe('layer weights', () => {
  it('are the importance over its mean at temperature 1, and all 1 at an infinite one', () => {
    close(layerWeights([1, 2, 3]), [0.5, 1, 1.5], 1e-7, 'temperature 1');
    assert.deepEqual(layerWeights([1, 2, 300], { temperature: Infinity }), [1, 1, 1]);
    // At 2, the roots: 1, 2 and 3 of 6.
    close(layerWeights([1, 4, 9], { temperature: 2 }), [0.5, 1, 1.5], 1e-6, 'temperature 2');
    assert.deepEqual(layerWeights([0, 0]), [1, 1]);
  });

  it('share what a bound takes or gives among the others in proportion', () => {
    // The first is held to 4 and the last three to 0.25: 3.25 of 8 are left for shares of 1, 1, 2 and 2.
    const weights = layerWeights([94, 1, 1, 2, 2, 0, 0, 0]);
    close(weights, [4, 0.5416667, 0.5416667, 1.0833333, 1.0833333, 0.25, 0.25, 0.25], 1e-6, 'weights');
  });

  it('have mean 1 within their bounds, and keep the order of the importance', () => {
    const settings = fc.record({
      temperature: fc.double({ min: 0.05, max: 50, noNaN: true }),
      min: fc.double({ min: 0, max: 1, noNaN: true }),
      max: fc.double({ min: 1, max: 10, noNaN: true }),
    });
    fc.assert(
      fc.property(importances, settings, (given, { temperature, min, max }) => {
        const weights = layerWeights(given, { temperature, min, max });
        assert.ok(Math.abs(mean(weights) - 1) < 1e-8, `mean ${mean(weights)}`);
        assert.ok(weights.every((weight) => weight >= min && weight <= max));
        given.forEach((a, i) =>
          given.forEach((b, j) => {
            if (a >= b) assert.ok(weights[i]! >= weights[j]! - 1e-8);
          }),
        );
      }),
      { seed: 15, numRuns: 500 },
    );
  });

  it('depend neither on the scale of the loss nor on the order of the layers', () => {
    const scales = fc.double({ min: 1e-12, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(importances, scales, (given, scale) => {
        const weights = layerWeights(given);
        const scaled = layerWeights(given.map((value) => value * scale).toReversed()).toReversed();
        close(scaled, weights, 1e-6, 'scaled and turned around');
      }),
      { seed: 16, numRuns: 300 },
    );
  });

  it('give a layer with planted larger gradients the larger weight within six updates', () => {
    const average = new ImportanceAverage(4);
    for (let step = 0; step < 100; step++) average.update([1, 1, 1, 1]);
    const planted = (): number => layerWeights(average.values)[2]!;
    close([planted()], [1], 1e-6, 'before');
    let updates = 0;
    // Its average is 9 − 8·0.9ⁿ, those of the others are 1: the weight is 2.35 after five updates, 2.45 after six.
    for (; planted() < 2.4; updates++) average.update([1, 1, 9, 1]);
    assert.equal(updates, 6);
  });
});
