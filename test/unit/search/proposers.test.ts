import assert from 'node:assert/strict';
import fc from 'fast-check';
import { bestTrial } from '../../../src/search/bestTrials';
import { proposers } from '../../../src/search/proposers';
import { makeSpace, type Point } from '../../../src/search/space';
import { newStudy } from '../../../src/search/study';
import { proposerNames } from '../../../src/search/studyEvents';
import { mulberry32, normalDraws, seededRandom } from '../../../src/shared/random';
import { bestValue, cost, doublings, oneRank, ranks, runStudy, settingsOf, studyWith } from './studies';

const exponent = (point: Point, name = 'rank'): number => Math.log2(point[name]!);
const plane = (ranksCount: number, expertsCount: number) =>
  makeSpace([ranks(doublings(ranksCount)), ranks(doublings(expertsCount), 'experts')], cost);

/** Rises to one peak and falls from it, by steps of any size. */
function unimodal(seed: number, count: number): number[] {
  const random = mulberry32(seed);
  const peak = Math.floor(random() * count);
  const values = new Array<number>(count).fill(0.7 + 0.2 * random());
  for (let at = peak - 1; at >= 0; at--) values[at] = values[at + 1]! - 0.001 - 0.1 * random();
  for (let at = peak + 1; at < count; at++) values[at] = values[at - 1]! - 0.001 - 0.1 * random();
  return values;
}

describe('every proposer', () => {
  for (const proposer of proposerNames) {
    it(`${proposer} proposes no point twice before each was tried, then again, in batches of any size`, () => {
      fc.assert(
        fc.property(fc.integer(), fc.integer({ min: 1, max: 4 }), (seed, batch) => {
          const settings = settingsOf({ proposer, seed, batch, startup: 2, space: plane(3, 2) });
          const told: (readonly [Point, number])[] = [];
          while (told.length < 12) {
            const proposals = proposers[proposer](studyWith(settings, told), batch);
            assert.equal(proposals.length, batch);
            for (const { point } of proposals) told.push([point, Math.sin(exponent(point) * seed)]);
          }
          const keys = told.map(([point]) => JSON.stringify(point));
          assert.equal(new Set(keys.slice(0, 6)).size, 6);
          assert.equal(new Set(keys.slice(6, 12)).size, 6);
        }),
        { seed: 3, numRuns: 25 },
      );
    });

    it(`${proposer} proposes the same for the same seed and results`, () => {
      const measure = (point: Point): number => Math.cos(exponent(point));
      const settings = settingsOf({ proposer, startup: 3, space: oneRank(8), evaluations: 6 });
      const points = (seed: number): Point[] =>
        runStudy(newStudy({ ...settings, seed }), measure).study.trials.map(({ point }) => point);
      assert.deepEqual(points(4), points(4));
      if (proposer !== 'grid') {
        const distinct = new Set(Array.from({ length: 12 }, (_, seed) => JSON.stringify(points(seed))));
        assert.ok(distinct.size > 1);
      }
    });

    it(`${proposer} keeps the limit on parameters`, () => {
      const space = { ...plane(5, 5), costLimit: 32_000 };
      const settings = settingsOf({ proposer, startup: 2, space, evaluations: 10 });
      const { study } = runStudy(newStudy(settings), (point) => exponent(point) + exponent(point, 'experts'));
      assert.ok(study.trials.length > 3);
      assert.ok(study.trials.every(({ point }) => cost(point) <= 32_000));
    });
  }
});

describe('the gaussian proposer', () => {
  it('begins with both ends and the middle, one more for each further dimension', () => {
    const first = (seed: number): Point[] =>
      proposers.gaussian(newStudy(settingsOf({ seed })), 3).map(({ point }) => point);
    const middles = Array.from({ length: 20 }, (_, seed) => {
      assert.deepEqual(first(seed).slice(0, 2), [{ rank: 2 }, { rank: 64 }]);
      return first(seed)[2]!['rank'];
    });
    assert.deepEqual([...new Set(middles)].sort(), [16, 8]);
    const four = proposers.gaussian(newStudy(settingsOf({ space: plane(5, 3) })), 4);
    assert.deepEqual(
      four.slice(0, 3).map(({ point }) => point),
      [
        { rank: 2, experts: 2 },
        { rank: 32, experts: 8 },
        { rank: 8, experts: 4 },
      ],
    );
    assert.ok(
      [
        { rank: 2, experts: 8 },
        { rank: 32, experts: 2 },
      ].some((corner) => JSON.stringify(corner) === JSON.stringify(four[3]!.point)),
    );
  });

  it('takes rank 16 after 2, 8 and 64 of the worked example, and says why', () => {
    const told = [[{ rank: 2 }, 0.6] as const, [{ rank: 8 }, 0.8] as const, [{ rank: 64 }, 0.7] as const];
    const [next] = proposers.gaussian(studyWith(settingsOf(), told), 1);
    assert.deepEqual(next!.point, { rank: 16 });
    assert.ok(next!.why!.mean > 0.75 && next!.why!.mean < 0.85);
    assert.ok(next!.why!.deviation > 0 && next!.why!.expectedImprovement > 0);
    const objective = { metric: 'loss', direction: 'minimize' as const, sizeWeight: 0 };
    const losses = told.map(([point, value]) => [point, 1 - value] as const);
    const [same] = proposers.gaussian(studyWith(settingsOf({ objective }), losses), 1);
    assert.deepEqual(same!.point, next!.point);
    assert.ok(Math.abs(same!.why!.mean - (1 - next!.why!.mean)) < 1e-9);
  });

  it('finds the top of any curve with one peak, of up to eight candidates, in less than a grid takes', () => {
    let evaluations = 0;
    for (let seed = 0; seed < 120; seed++) {
      const count = 6 + (seed % 3);
      const values = unimodal(seed, count);
      const settings = settingsOf({ space: oneRank(count), seed });
      const { study } = runStudy(newStudy(settings), (point) => values[exponent(point) - 1]!);
      assert.equal(bestValue(study), Math.max(...values), `seed ${seed}`);
      evaluations += study.trials.length / count;
    }
    assert.ok(evaluations / 120 < 0.85, String(evaluations / 120));
  });

  it('finds it among sixteen in ten evaluations, nearly always', () => {
    let found = 0;
    for (let seed = 0; seed < 60; seed++) {
      const values = unimodal(seed, 16);
      const { study } = runStudy(
        newStudy(settingsOf({ space: oneRank(16), seed })),
        (point) => values[exponent(point) - 1]!,
      );
      assert.ok(study.trials.length <= 10);
      if (bestValue(study) === Math.max(...values)) found++;
    }
    assert.ok(found >= 54, String(found));
  });

  it('finds the top of smooth hills in two dimensions in ten evaluations of 36, nearly always', () => {
    let found = 0;
    for (let seed = 0; seed < 40; seed++) {
      const random = seededRandom(seed, 'hill');
      const top = [1 + 5 * random(), 1 + 5 * random()] as const;
      const widths = [1 + 2 * random(), 1 + 2 * random()] as const;
      const hill = (point: Point): number =>
        0.9 -
        0.05 * ((exponent(point) - top[0]) / widths[0]) ** 2 -
        0.05 * ((exponent(point, 'experts') - top[1]) / widths[1]) ** 2;
      const settings = settingsOf({ space: plane(6, 6), seed });
      const { study } = runStudy(newStudy(settings), hill);
      const truth = Math.max(...study.candidates.map(({ point }) => hill(point)));
      if (bestValue(study) === truth) found++;
    }
    assert.ok(found >= 36, String(found));
  });

  it('comes nearer to the top than chance where seeds differ as much as ranks do', () => {
    const regret = (proposer: 'gaussian' | 'random'): number => {
      let sum = 0;
      for (let seed = 0; seed < 40; seed++) {
        const top = 1 + 15 * seededRandom(seed, 'top')();
        const hill = (point: Point): number => 0.85 - 0.002 * (exponent(point) - top) ** 2;
        const noise = (point: Point, of: number): number =>
          0.01 * normalDraws(seededRandom(seed, `${of} ${exponent(point)}`), 1)[0]!;
        const settings = settingsOf({ space: oneRank(16), seed, proposer, seeds: [1, 2] });
        const { study } = runStudy(newStudy(settings), (point, of) => hill(point) + noise(point, of));
        const truth = Math.max(...study.candidates.map(({ point }) => hill(point)));
        sum += truth - hill(bestTrial(study)!.point);
      }
      return sum;
    };
    assert.ok(regret('gaussian') < regret('random'));
  });

  it('goes on where the first trials failed', () => {
    const settings = settingsOf({ batch: 2 });
    const study = studyWith(settings, [
      [{ rank: 2 }, NaN],
      [{ rank: 64 }, NaN],
    ]);
    const failed = {
      ...study,
      trials: study.trials.map((trial) => ({ ...trial, state: 'failed' as const })),
    };
    const points = proposers.gaussian(failed, 3).map(({ point }) => point['rank']);
    assert.equal(new Set([2, 64, ...points]).size, 5);
  });
});

describe('tpe', () => {
  it('beats chance on a smooth hill, over seeds', () => {
    let [better, worse] = [0, 0];
    for (let seed = 0; seed < 40; seed++) {
      const random = seededRandom(seed, 'hill');
      const top = [1 + 11 * random(), 1 + 11 * random()] as const;
      const hill = (point: Point): number =>
        -((exponent(point) - top[0]) ** 2) - (exponent(point, 'experts') - top[1]) ** 2;
      const best = (proposer: 'tpe' | 'random'): number => {
        const settings = settingsOf({ proposer, seed, space: plane(12, 12), evaluations: 40 });
        return bestValue(runStudy(newStudy(settings), hill).study);
      };
      const difference = best('tpe') - best('random');
      if (difference > 0) better++;
      if (difference < 0) worse++;
    }
    assert.ok(better >= 3 * Math.max(1, worse), `${better} better, ${worse} worse`);
  });

  it('begins as the random one does', () => {
    const settings = settingsOf({ space: oneRank(12), startup: 4, evaluations: 6 });
    const points = (proposer: 'tpe' | 'random'): Point[] =>
      runStudy(newStudy({ ...settings, proposer }), (point) => exponent(point)).study.trials.map(
        ({ point }) => point,
      );
    assert.deepEqual(points('tpe').slice(0, 4), points('random').slice(0, 4));
  });
});

describe('the grid', () => {
  it('goes through the space in order', () => {
    const { study } = runStudy(newStudy(settingsOf({ proposer: 'grid', batch: 4 })), (point) =>
      exponent(point),
    );
    assert.deepEqual(
      study.trials.map(({ point }) => point['rank']),
      doublings(6),
    );
  });
});
