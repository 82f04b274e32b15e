import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TaskScores } from '../../../src/engine/taskScores';
import { seededShuffle } from '../../../src/shared/shuffle';
import { layerScores } from '../../../src/planning/layerScores';
import { meanAndError } from '../../../src/shared/meanAndError';
import { syntheticModel } from '../planning/syntheticModel';
import { numbers } from '../tensors/numbers';

const modules = syntheticModel(2);
const layers = modules.map(({ layer }) => layer);

/** Squared norms of made-up samples, of very different sizes: [module][sample]. */
function madeUp(samples: number, seed: number): Float32Array[] {
  return modules.map((_, module) =>
    numbers(samples, seed + module).map((value) => 10 ** (6 * value) * (1 + module)),
  );
}

/** What a batch of these samples reports: [module][member]. */
const normsOf = (members: readonly number[], norms: readonly Float32Array[]): number[][] =>
  norms.map((row) => members.map((member) => row[member]!));

/** The rows of one layer's modules alone. */
const ofLayer = <T>(rows: readonly T[], layer: number): T[] =>
  rows.filter((_, index) => layers[index] === layer);

/** Every sample once, in any order and grouping. */
const division = fc.tuple(
  fc.integer({ min: 1, max: 25 }),
  fc.integer(),
  fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 25, maxLength: 25 }),
);
function divide(samples: number, seed: number, sizes: readonly number[]): number[][] {
  const order = seededShuffle([...Array(samples).keys()], seed);
  const groups: number[][] = [];
  for (let from = 0, group = 0; from < samples; from += sizes[group++]!) {
    groups.push(order.slice(from, from + sizes[group]!));
  }
  return groups;
}

describe('TaskScores', () => {
  it('gives the very same numbers however the samples were batched and in whatever order they came', () => {
    fc.assert(
      fc.property(division, ([samples, seed, sizes]) => {
        const norms = madeUp(samples, 5);
        const whole = new TaskScores(modules, samples);
        const all = [...Array(samples).keys()];
        whole.add(all, normsOf(all, norms));
        const parts = new TaskScores(modules, samples);
        for (const members of divide(samples, seed, sizes)) parts.add(members, normsOf(members, norms));
        assert.equal(parts.samplesDone, samples);
        assert.deepEqual(parts.moduleScores(true), whole.moduleScores(true));
        assert.deepEqual(parts.layerScores(), whole.layerScores());
        assert.deepEqual(parts.stability(), whole.stability());
        assert.deepEqual(parts.soFar(), whole.soFar());
      }),
      { numRuns: 100, seed: 13 },
    );
  });

  it('tells mean and standard error of the samples that are known so far', () => {
    fc.assert(
      fc.property(division, ([samples, seed, sizes]) => {
        const norms = madeUp(samples, 7);
        const scores = new TaskScores(modules, samples);
        const known: number[] = [];
        for (const members of divide(samples, seed, sizes)) {
          scores.add(members, normsOf(members, norms));
          known.push(...members);
          const rows = norms.map((row) => known.toSorted((a, b) => a - b).map((sample) => row[sample]!));
          assert.equal(scores.samplesDone, known.length);
          assert.deepEqual(scores.soFar(), {
            scores: rows.map((row) => meanAndError(row).mean),
            standardErrors: rows.map((row) => meanAndError(row).standardError),
            layerStandardErrors: layerScores(layers, rows).map(({ standardError }) => standardError),
          });
        }
      }),
      { numRuns: 40, seed: 14 },
    );
  });

  it('gives the very same numbers where the layers come one by one, in any order and grouping', () => {
    fc.assert(
      fc.property(division, fc.boolean(), ([samples, seed, sizes], upwards) => {
        const norms = madeUp(samples, 9);
        const all = [...Array(samples).keys()];
        const whole = new TaskScores(modules, samples);
        whole.add(all, normsOf(all, norms));
        const parts = new TaskScores(modules, samples);
        for (const layer of upwards ? [0, 1] : [1, 0]) {
          for (const members of divide(samples, seed + layer, sizes)) {
            assert.equal(parts.samplesDone < samples, true);
            parts.add(members, ofLayer(normsOf(members, norms), layer), layer);
          }
        }
        assert.equal(parts.samplesDone, samples);
        assert.deepEqual(parts.moduleScores(true), whole.moduleScores(true));
        assert.deepEqual(parts.layerScores(), whole.layerScores());
        assert.deepEqual(parts.stability(), whole.stability());
      }),
      { numRuns: 60, seed: 18 },
    );
  });

  it('tells of a layer whose samples are known before any sample is known in every layer', () => {
    const norms = madeUp(3, 4);
    const scores = new TaskScores(modules, 3);
    scores.add([0, 2], ofLayer(normsOf([0, 2], norms), 1), 1);
    assert.equal(scores.samplesDone, 0);
    const means = norms.map((row, index) => (layers[index] === 1 ? (row[0]! + row[2]!) / 2 : 0));
    assert.deepEqual(scores.soFar().scores, means);
    scores.add([2], ofLayer(normsOf([2], norms), 0), 0);
    assert.equal(scores.samplesDone, 1);
  });

  it('has a mean loss once the losses of all samples are known, in the order of the samples', () => {
    const scores = new TaskScores(modules, 3);
    assert.ok(Number.isNaN(scores.meanLoss));
    scores.addLosses([2, 0], [1e16, 1]);
    assert.ok(Number.isNaN(scores.meanLoss));
    scores.addLosses([1], [-1e16]);
    assert.equal(scores.meanLoss, (1 - 1e16 + 1e16) / 3);
  });

  it('has what needs the whole gradient in the rows of the modules that it was given for', () => {
    const norms = madeUp(2, 6);
    const scores = new TaskScores(modules, 2);
    scores.add([0, 1], normsOf([0, 1], norms));
    const [first] = modules;
    scores.addWhole([{ path: first!.path, meanGradientSquaredNorm: 2, taylor: 3 }]);
    const [row, ...others] = scores.moduleScores(false);
    assert.equal(row!.meanGradientSquaredNorm, 2);
    assert.equal(row!.taylor, 3);
    assert.ok(others.every((other) => !('taylor' in other) && !('meanGradientSquaredNorm' in other)));
  });

  it('has no scores before the first batch', () => {
    const zeros = modules.map(() => 0);
    assert.deepEqual(new TaskScores(modules, 3).soFar(), {
      scores: zeros,
      standardErrors: zeros,
      layerStandardErrors: [0, 0],
    });
  });

  it('counts a sample that comes again once', () => {
    const norms = madeUp(3, 1);
    const scores = new TaskScores(modules, 3);
    scores.add([0, 1], normsOf([0, 1], norms));
    scores.add([1, 2], normsOf([1, 2], norms));
    assert.equal(scores.samplesDone, 3);
  });

  it('keeps the values of the samples only where asked', () => {
    const norms = madeUp(4, 2);
    const scores = new TaskScores(modules, 4);
    scores.add([3, 1, 0, 2], normsOf([3, 1, 0, 2], norms));
    const kept = scores.moduleScores(true);
    kept.forEach(({ perSample }, index) => assert.deepEqual(perSample, [...norms[index]!]));
    assert.ok(scores.moduleScores(false).every((row) => !('perSample' in row)));
    assert.deepEqual(
      kept.map(({ path, layer }) => ({ path, layer })),
      modules.map(({ path, layer }) => ({ path, layer })),
    );
  });
});
