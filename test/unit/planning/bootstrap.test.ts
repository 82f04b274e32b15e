import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  anytimeChecks,
  anytimeStop,
  layersToBeSureOf,
  layerUncertainty,
  Looks,
  roundEnds,
  stoppingCheck,
} from '../../../src/planning/anytime';
import { selectionConfidence, uncertaintyOf } from '../../../src/planning/bootstrap';
import { keepTop } from '../../../src/planning/rankLayers';
import { meanAndError } from '../../../src/shared/meanAndError';
import { mulberry32 } from '../../../src/shared/random';

/** Layers of independent noise around their levels: [layer][sample]. */
const noisy = (levels: readonly number[], samples: number, seed: number, size = 1): number[][] =>
  levels.map((level, layer) => {
    const random = mulberry32(seed * 100 + layer);
    return Array.from({ length: samples }, () => level + size * (random() - 0.5));
  });

const lifted = (rows: readonly (readonly number[])[], which: readonly number[], gap: number): number[][] =>
  rows.map((row, layer) => row.map((value) => value + (which.includes(layer) ? gap : 0)));

describe('bootstrap of layers', () => {
  it('gives intervals as wide as the standard error says, around the mean', () => {
    const rows = noisy([1, 5, 9], 400, 1);
    const { intervals } = uncertaintyOf(rows)!;
    rows.forEach((row, layer) => {
      const { mean, standardError } = meanAndError(row);
      const [low, high] = intervals[layer]!;
      assert.ok(low < mean && mean < high);
      const ratio = (high - low) / (2 * 1.96 * standardError);
      assert.ok(ratio > 0.9 && ratio < 1.1, String(ratio));
    });
  });

  it('gives intervals without width where all samples are alike, and is seeded', () => {
    const flat = uncertaintyOf([
      [2, 2, 2],
      [1, 1, 1],
    ])!;
    assert.deepEqual(flat.intervals, [
      [2, 2],
      [1, 1],
    ]);
    assert.deepEqual(flat.selection, {
      count: 1,
      confidence: 1,
      frequencies: [flat.selection.frequencies[0]!, 0],
    });
    const rows = noisy([0, 0.02, 0.04], 50, 2);
    assert.deepEqual(uncertaintyOf(rows, 1, 3), uncertaintyOf(rows, 1, 3));
    assert.notDeepEqual(uncertaintyOf(rows, 1, 3), uncertaintyOf(rows, 1, 4));
  });

  it('names K layers in each resample, and the same confidence alone', () => {
    const cases = fc.record({
      layers: fc.integer({ min: 1, max: 6 }),
      count: fc.integer({ min: 1, max: 6 }),
      samples: fc.integer({ min: 2, max: 20 }),
      seed: fc.nat(99),
    });
    fc.assert(
      fc.property(cases, ({ layers, count, samples, seed }) => {
        const rows = noisy(new Array<number>(layers).fill(0), samples, seed);
        const { selection } = uncertaintyOf(rows, count, seed)!;
        const named = selection.frequencies.reduce((sum, share) => sum + share, 0);
        assert.ok(Math.abs(named - Math.min(count, layers)) < 1e-9);
        assert.equal(selection.confidence, selectionConfidence(rows, count, seed));
        const sure = keepTop(
          rows.map((row) => meanAndError(row).mean),
          count,
        );
        sure.forEach((layer) => assert.ok(selection.frequencies[layer]! >= selection.confidence - 1e-9));
        if (count >= layers) assert.equal(selection.confidence, 1);
      }),
      { numRuns: 25, seed: 7 },
    );
  });

  it('says nothing of fewer than two samples', () => {
    assert.equal(uncertaintyOf([[1], [2]]), undefined);
    assert.equal(uncertaintyOf([]), undefined);
    assert.equal(selectionConfidence([[1], [2]], 1), 0);
  });

  it('is never sure of a tie', () => {
    const [row] = noisy([1], 40, 5);
    assert.equal(selectionConfidence([row!, [...row!], [...row!]], 2), 0);
    assert.equal(selectionConfidence([new Array<number>(8).fill(0), new Array<number>(8).fill(0)], 1), 0);
  });

  it('is the surer the larger the gap', () => {
    fc.assert(
      fc.property(fc.nat(99), fc.integer({ min: 1, max: 4 }), (seed, count) => {
        const rows = noisy([0, 0, 0, 0, 0], 24, seed);
        const top = keepTop(
          rows.map((row) => meanAndError(row).mean),
          count,
        );
        const sure = [0, 0.02, 0.05, 0.1, 0.3, 1].map((gap) =>
          selectionConfidence(lifted(rows, top, gap), count),
        );
        sure.forEach((confidence, i) => assert.ok(i === 0 || confidence >= sure[i - 1]!));
        assert.equal(sure.at(-1), 1);
      }),
      { numRuns: 15, seed: 8 },
    );
  });
});

/** A stop where all samples are there is none. */
const belowAll = (stop: number | undefined, samples: number): number | undefined =>
  stop !== undefined && stop < samples ? stop : undefined;

describe('anytime scoring', () => {
  it('looks at 32 samples, 64, 128 and so on', () => {
    assert.deepEqual(anytimeChecks(31), []);
    assert.deepEqual(anytimeChecks(32), [32]);
    assert.deepEqual(anytimeChecks(300), [32, 64, 128, 256]);
  });

  it('goes by rounds that end there, and at last with all samples', () => {
    assert.deepEqual(roundEnds(5), [5]);
    assert.deepEqual(roundEnds(32), [32]);
    assert.deepEqual(roundEnds(33), [32, 33]);
    assert.deepEqual(roundEnds(128), [32, 64, 128]);
    assert.deepEqual(roundEnds(300), [32, 64, 128, 256, 300]);
  });

  it('looks at the layers that a budget pays for, or at a quarter where that is no choice', () => {
    assert.equal(layersToBeSureOf({ share: 0.5 }, 8), 4);
    assert.equal(layersToBeSureOf({ count: 3 }, 8), 3);
    for (const layers of [undefined, { share: 1 }, { count: 8 }, { count: 99 }])
      assert.equal(layersToBeSureOf(layers, 8), 2);
  });

  it('stops round by round where a look at all samples says that it could have stopped', () => {
    const cases = fc.record({
      samples: fc.integer({ min: 1, max: 300 }),
      count: fc.integer({ min: 1, max: 3 }),
      gap: fc.constantFrom(0, 0.03, 0.06, 0.1, 1),
      level: fc.constantFrom(0.5, 0.9, 0.95, 1),
      seed: fc.nat(99),
    });
    const stops = new Set<number>();
    fc.assert(
      fc.property(cases, ({ samples, count, gap, level, seed }) => {
        const rows = lifted(noisy([0, 0, 0, 0], samples, seed), [1, 3], gap);
        const looks = new Looks(count, level, samples);
        const ends: number[] = [];
        for (let { next } = looks; next !== undefined; { next } = looks) {
          ends.push(next);
          const upTo = next;
          const sure = looks.look(rows.map((row) => row.slice(0, upTo)));
          assert.equal(sure, looks.certainty.sure);
        }
        assert.deepEqual(ends, roundEnds(samples).slice(0, ends.length));
        assert.deepEqual(
          looks.certainty.looks.map((look) => look.samples),
          ends,
        );
        const stop = ends.at(-1)!;
        assert.equal(stop < samples ? stop : undefined, belowAll(anytimeStop(rows, count, level), samples));
        if (stop < samples) assert.ok(looks.certainty.sure);
        stops.add(stop < samples ? stop : Infinity);
      }),
      { numRuns: 60, seed: 5 },
    );
    assert.ok(stops.has(64) && stops.has(128) && stops.has(Infinity), [...stops].join());
  });

  it('stops at the second check in a row that is sure', () => {
    assert.equal(stoppingCheck([0.95, 0.94, 0.96, 0.95, 1], 0.95), 3);
    assert.equal(stoppingCheck([1, 1], 0.95), 1);
    assert.equal(stoppingCheck([1], 0.95), undefined);
    assert.equal(stoppingCheck([0.9, 0.94, 0.9], 0.95), undefined);
    assert.equal(stoppingCheck([], 0.95), undefined);
  });

  it('stops early where scores lie apart, later where they lie near, and never at a tie', () => {
    const rows = noisy([0, 0, 0, 0], 512, 4);
    const at = (gap: number) => anytimeStop(lifted(rows, [1, 3], gap), 2);
    assert.equal(at(1), 64);
    const stops = [1, 0.2, 0.1, 0.05].map((gap) => at(gap) ?? Infinity);
    stops.forEach((stop, i) => assert.ok(i === 0 || stop >= stops[i - 1]!, stops.join()));
    assert.ok(stops.at(-1)! > 64);
    const tied = noisy([1, 0], 512, 6);
    assert.equal(anytimeStop([tied[0]!, tied[0]!, tied[1]!], 1), undefined);
    assert.equal(anytimeStop([tied[0]!, tied[0]!, tied[1]!], 2), 64, 'the tie lies inside what is kept');
  });

  it('gives the same answer to the same seed, and wants all samples where there are few', () => {
    const rows = lifted(noisy([0, 0, 0], 256, 9), [2], 0.15);
    assert.equal(anytimeStop(rows, 1, 0.95, 5), anytimeStop(rows, 1, 0.95, 5));
    assert.equal(anytimeStop(lifted(noisy([0, 0], 63, 1), [0], 9), 1), undefined);
    assert.equal(
      anytimeStop(
        lifted(rows, [2], 9).map((row) => Float32Array.from(row)),
        1,
      ),
      64,
    );
  });

  it('is told with how sure the layers are, where fewer samples would have been enough', () => {
    const clear = lifted(noisy([0, 0, 0, 0], 256, 1), [2], 9);
    const found = layerUncertainty(clear)!;
    assert.deepEqual(found.selection, { ...uncertaintyOf(clear)!.selection, enough: 64 });
    const few = clear.map((row) => Array.prototype.slice.call(row, 0, 64) as number[]);
    assert.equal(layerUncertainty(few)!.selection.enough, undefined, 'all of them were wanted');
    assert.equal(layerUncertainty([[1], [2]]), undefined);
  });
});
