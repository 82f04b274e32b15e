import assert from 'node:assert/strict';
import fc from 'fast-check';
import { expectedImprovement, noisyExpectedImprovement } from '../../../src/search/acquisition';
import { fitGaussianProcess } from '../../../src/search/fitHyperparameters';
import { gaussianProcess, type Observation } from '../../../src/search/gaussianProcess';
import { normalProbability } from '../../../src/search/normal';
import { mulberry32, normalDraws } from '../../../src/shared/random';

const near = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

const observed = (pairs: readonly (readonly [number, number])[]): Observation[] =>
  pairs.map(([x, value]) => ({ coordinates: [x], value }));

/** FLoE's search: ranks 2, 8 and 64 tried, x = log2 rank. */
const three = observed([
  [1, 0.6],
  [3, 0.8],
  [6, 0.7],
]);

describe('the normal distribution', () => {
  it('has the probabilities of the tables, also far out', () => {
    // scipy.stats.norm.cdf
    near(normalProbability(0), 0.5, 0);
    near(normalProbability(1), 0.8413447460685429, 1e-15);
    near(normalProbability(-2.5), 0.006209665325776132, 1e-16);
    near(normalProbability(-5) / 2.866515718791933e-7, 1, 1e-13);
    near(normalProbability(-20) / 2.7536241186061556e-89, 1, 1e-12);
    near(normalProbability(4), 0.9999683287581669, 1e-15);
  });

  it('is drawn with mean 0 and variance 1', () => {
    const draws = normalDraws(mulberry32(3), 20_000);
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    near(mean, 0, 0.03);
    near(draws.reduce((sum, draw) => sum + draw * draw, 0) / draws.length, 1, 0.04);
  });
});

describe('the Gaussian process', () => {
  const process = gaussianProcess(three, { lengths: [2], noise: 1e-6 });
  const rows = [
    [2, 0.70253, 0.02532, 3.5e-7, 5e-9],
    [4, 0.80082, 0.03659, 0.015008, 5e-7],
    [5, 0.74726, 0.03785, 0.0014076, 5e-8],
  ] as const;

  it('has the posterior and the expected improvements of the worked example', () => {
    for (const [x, mean, deviation, gain, rounding] of rows) {
      const at = process.predict([x]);
      near(at.mean, mean, 5e-6);
      near(at.deviation, deviation, 5e-6);
      near(expectedImprovement(at.mean, at.deviation, 0.8), gain, rounding);
    }
  });

  it('goes through the observations where there is hardly noise', () => {
    for (const { coordinates, value } of three) {
      const { mean, deviation } = process.predict(coordinates);
      near(mean, value, 1e-5);
      near(deviation, 0, 1e-4);
    }
  });

  it('has the likelihood and the posterior of scikit-learn in two dimensions', () => {
    // GaussianProcessRegressor(Matern([1.5, 0.8], nu=2.5), alpha=0.05, optimizer=None, normalize_y=True)
    const coordinates = [
      [1, 0],
      [2, 1],
      [3, 0.5],
      [5, 0.25],
      [5, 0.25],
    ];
    const values = [0.61, 0.68, 0.74, 0.7, 0.72];
    const twoDimensional = gaussianProcess(
      coordinates.map((place, index) => ({ coordinates: place, value: values[index]! })),
      { lengths: [1.5, 0.8], noise: 0.05 },
    );
    near(twoDimensional.logLikelihood, -7.28574037648431, 1e-9);
    const { mean, deviation } = twoDimensional.predict([4, 0.5]);
    near(mean, 0.7342037756882182, 1e-9);
    near(deviation, 0.023053741935836074, 1e-9);
  });

  it('does not depend on the order of the observations, nor on the units of the values', () => {
    const turned = gaussianProcess([...three].reverse(), { lengths: [2], noise: 1e-6 });
    const scaled = gaussianProcess(
      three.map(({ coordinates, value }) => ({ coordinates, value: 7 - 1000 * value })),
      { lengths: [2], noise: 1e-6 },
    );
    const at = process.predict([4]);
    near(turned.predict([4]).mean, at.mean, 1e-9);
    near(scaled.predict([4]).mean, 7 - 1000 * at.mean, 1e-6);
    near(scaled.predict([4]).deviation, 1000 * at.deviation, 1e-6);
  });

  it('knows a place better the more often it was tried', () => {
    const times = (count: number): number => {
      const again = Array.from({ length: count }, (_, n) => [3, n % 2 ? 0.79 : 0.81] as const);
      return gaussianProcess(observed([[1, 0.7], [6, 0.9], ...again]), { lengths: [2], noise: 0.3 }).predict([
        3,
      ]).deviation;
    };
    assert.ok(times(2) > times(4) && times(4) > times(8));
  });

  it('stands equal values', () => {
    const flat = gaussianProcess(
      observed([
        [1, 0.1 + 0.2],
        [3, 0.3],
        [5, 0.3],
      ]),
      { lengths: [2], noise: 1e-3 },
    );
    near(flat.predict([4]).mean, 0.3, 1e-9);
  });
});

describe('the fit of lengths and noise', () => {
  it('keeps sensible lengths with three observations', () => {
    const { lengths, noise } = fitGaussianProcess(three, [5]).hyperparameters;
    assert.ok(lengths[0]! > 0.5 && lengths[0]! < 8, String(lengths[0]));
    assert.ok(noise < 0.1, String(noise));
  });

  it('is at least as likely as its neighbors on the grid of the prior', () => {
    const wave = observed(Array.from({ length: 12 }, (_, n) => [n / 2, Math.sin(n / 2)]));
    const fitted = fitGaussianProcess(wave, [5.5]);
    for (const length of [0.5, 8]) {
      const other = gaussianProcess(wave, { lengths: [length], noise: 1e-3 });
      assert.ok(fitted.logLikelihood > other.logLikelihood);
    }
  });

  it('finds the noise of repeated evaluations', () => {
    const draws = normalDraws(mulberry32(5), 60);
    const noisy = observed(draws.map((draw, n) => [n % 6, (n % 6) / 6 + 0.3 * draw]));
    const clean = observed(draws.map((_, n) => [n % 6, (n % 6) / 6]));
    assert.ok(fitGaussianProcess(noisy, [5]).hyperparameters.noise > 0.2);
    assert.ok(fitGaussianProcess(clean, [5]).hyperparameters.noise < 1e-4);
  });

  it('sees that a dimension does not matter', () => {
    const random = mulberry32(8);
    const plane = Array.from({ length: 25 }, () => {
      const coordinates = [5 * random(), 5 * random()];
      return { coordinates, value: Math.sin(coordinates[0]!) };
    });
    const [matters, doesNot] = fitGaussianProcess(plane, [5, 5]).hyperparameters.lengths;
    assert.ok(doesNot! > 2 * matters!, `${matters} ${doesNot}`);
  });
});

describe('expected improvement', () => {
  it('has the values of the worked examples', () => {
    near(expectedImprovement(0.8, 0.1, 0.75), 0.06978, 5e-7);
    near(expectedImprovement(0.7, 0.1, 0.75), 0.01978, 5e-7);
    near(expectedImprovement(0.75, 0.2, 0.75), 0.079788, 5e-7);
  });

  it('is never negative, and never less than the expected gain itself', () => {
    const numbers = fc.double({ min: -5, max: 5, noNaN: true });
    fc.assert(
      fc.property(numbers, fc.double({ min: 0, max: 5, noNaN: true }), numbers, (mean, deviation, best) => {
        const gain = expectedImprovement(mean, deviation, best);
        assert.ok(gain >= 0 && gain >= mean - best - 1e-12);
      }),
      { seed: 1 },
    );
    assert.equal(expectedImprovement(0.8, 0, 0.75), 0.8 - 0.75);
  });

  const gains = (
    process: ReturnType<typeof gaussianProcess>,
    places: readonly number[],
    pending: number[] = [],
  ) =>
    noisyExpectedImprovement(
      process,
      [[1], [3], [6], ...pending.map((x) => [x])],
      places.map((x) => [x]),
      mulberry32(1),
    );

  it('under noise is the plain one where there is hardly noise, and picks x = 4', () => {
    const [at2, at4, at5] = gains(gaussianProcess(three, { lengths: [2], noise: 1e-6 }), [2, 4, 5]);
    near(at4!, 0.015008, 2e-4);
    near(at5!, 0.0014076, 5e-5);
    assert.ok(at2! < 1e-5 && at4! > at5!);
  });

  it('under noise expects more than the improvement over the best value seen, which may be luck', () => {
    const process = gaussianProcess(three, { lengths: [2], noise: 0.2 });
    const { mean, deviation } = process.predict([4]);
    assert.ok(gains(process, [4])[0]! > expectedImprovement(mean, deviation, 0.8));
  });

  it('is a number wherever the places lie, however many they are', () => {
    const place = fc.tuple(fc.double({ min: 0, max: 5, noNaN: true }), fc.integer({ min: 0, max: 5 }));
    const evaluations = fc.array(fc.tuple(place, fc.integer({ min: 0, max: 3 })), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(evaluations, fc.array(place, { minLength: 1, maxLength: 8 }), (tried, places) => {
        const process = fitGaussianProcess(
          tried.map(([coordinates, value]) => ({ coordinates, value })),
          [5, 5],
        );
        const seen = tried.map(([coordinates]) => coordinates);
        const expected = noisyExpectedImprovement(process, seen, places, mulberry32(2));
        assert.ok(expected.every((gain) => Number.isFinite(gain) && gain >= 0));
      }),
      { seed: 10, numRuns: 40 },
    );
  });

  it('falls around what is pending', () => {
    const process = gaussianProcess(three, { lengths: [2], noise: 1e-3 });
    const [alone] = gains(process, [4.1]);
    const [beside] = gains(process, [4.1], [4]);
    assert.ok(beside! < alone! / 2, `${beside} ${alone}`);
  });
});
