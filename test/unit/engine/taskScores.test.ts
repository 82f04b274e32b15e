import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TaskScores } from '../../../src/engine/taskScores';
import type { BatchScores } from '../../../src/engine/scoreBatch';
import type { Batch } from '../../../src/models/batches';
import { seededShuffle } from '../../../src/models/shuffle';
import { layerScores } from '../../../src/planning/layerScores';
import { meanAndError } from '../../../src/planning/standardError';
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

/** What a batch of these samples would give. */
function batchOf(members: readonly number[], norms: readonly Float32Array[]): BatchScores {
  const batch: Batch = {
    members,
    length: 2,
    ids: new Int32Array(2 * members.length),
    positions: new Int32Array(),
    targets: new Int32Array(),
    weights: new Float32Array(),
  };
  const squaredNorms = norms.map((row) => Float32Array.from(members, (member) => row[member]!));
  return { batch, squaredNorms, losses: members.map(() => 1) };
}

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
        whole.add(batchOf([...Array(samples).keys()], norms));
        const parts = new TaskScores(modules, samples);
        for (const members of divide(samples, seed, sizes)) parts.add(batchOf(members, norms));
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
          scores.add(batchOf(members, norms));
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
    scores.add(batchOf([0, 1], norms));
    scores.add(batchOf([1, 2], norms));
    assert.equal(scores.samplesDone, 3);
  });

  it('keeps the values of the samples only where asked', () => {
    const norms = madeUp(4, 2);
    const scores = new TaskScores(modules, 4);
    scores.add(batchOf([3, 1, 0, 2], norms));
    const kept = scores.moduleScores(true);
    kept.forEach(({ perSample }, index) => assert.deepEqual(perSample, [...norms[index]!]));
    assert.ok(scores.moduleScores(false).every((row) => !('perSample' in row)));
    assert.deepEqual(
      kept.map(({ path, layer }) => ({ path, layer })),
      modules.map(({ path, layer }) => ({ path, layer })),
    );
  });
});
