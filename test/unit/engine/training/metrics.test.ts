import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  accuracy,
  macroF1,
  majorityAccuracy,
  matthewsCorrelation,
  perplexity,
  type Answer,
} from '../../../../src/engine/training/metrics';
import { reference } from './reference';

const answersOf = (expected: readonly number[], predicted: readonly number[]): Answer[] =>
  expected.map((one, index) => ({ expected: one, predicted: predicted[index] ?? NaN }));
const near = (actual: number, expected: number, what: string): void =>
  assert.ok(Math.abs(actual - expected) < 1e-11, `${what}: ${actual} instead of ${expected}`);

const classes = fc.nat({ max: 5 });
const answers = fc.array(fc.record({ expected: classes, predicted: classes }), {
  minLength: 1,
  maxLength: 40,
});
const property = (check: (given: readonly Answer[]) => void): void =>
  fc.assert(fc.property(answers, check), { seed: 2, numRuns: 500 });

describe('metrics', () => {
  reference.metrics.forEach((case_, index) => {
    it(`are those of scikit-learn, case ${index + 1}`, () => {
      const given = answersOf(case_.expected, case_.predicted);
      near(accuracy(given), case_.accuracy, 'accuracy');
      near(macroF1(given), case_.macroF1, 'macro F1');
      near(matthewsCorrelation(given), case_.matthews, 'Matthews correlation');
    });
  });

  it('stay in their ranges', () => {
    property((given) => {
      for (const metric of [accuracy, macroF1, majorityAccuracy]) {
        assert.ok(metric(given) >= 0 && metric(given) <= 1);
      }
      assert.ok(matthewsCorrelation(given) >= -1 && matthewsCorrelation(given) <= 1);
    });
  });

  it('do not depend on what classes are called, nor on the order of the samples', () => {
    property((given) => {
      const renamed = given.map(({ expected, predicted }) => ({
        expected: 90 - 7 * expected,
        predicted: 90 - 7 * predicted,
      }));
      for (const metric of [accuracy, macroF1, majorityAccuracy, matthewsCorrelation]) {
        near(metric(renamed.toReversed()), metric(given), metric.name);
      }
    });
  });

  it('agree on a model that is always right', () => {
    property((given) => {
      const right = given.map(({ expected }) => ({ expected, predicted: expected }));
      assert.equal(accuracy(right), 1);
      assert.equal(macroF1(right), 1);
      assert.equal(
        matthewsCorrelation(right),
        new Set(right.map(({ expected }) => expected)).size > 1 ? 1 : 0,
      );
    });
  });

  it('give a model that always names the commonest class the majority accuracy, and no correlation', () => {
    property((given) => {
      const counts = new Map<number, number>();
      for (const { expected } of given) counts.set(expected, (counts.get(expected) ?? 0) + 1);
      const [commonest] = [...counts].reduce((most, next) => (next[1] > most[1] ? next : most));
      const lazy = given.map(({ expected }) => ({ expected, predicted: commonest }));
      assert.equal(accuracy(lazy), majorityAccuracy(given));
      assert.equal(matthewsCorrelation(lazy), 0);
    });
  });

  it('give Matthews correlation of two classes by its own formula', () => {
    const two = fc.array(fc.record({ expected: fc.nat({ max: 1 }), predicted: fc.nat({ max: 1 }) }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(two, (given) => {
        const count = (expected: number, predicted: number): number =>
          given.filter((answer) => answer.expected === expected && answer.predicted === predicted).length;
        const [tp, tn, fp, fn] = [count(1, 1), count(0, 0), count(0, 1), count(1, 0)];
        const root = Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn));
        near(matthewsCorrelation(given), root === 0 ? 0 : (tp * tn - fp * fn) / root, 'two classes');
      }),
      { seed: 2, numRuns: 500 },
    );
  });

  it('give the perplexity of a uniform guess: the number of tokens', () => {
    near(perplexity(12 * Math.log(50), 12), 50, 'perplexity');
    assert.equal(perplexity(0, 5), 1);
  });
});
