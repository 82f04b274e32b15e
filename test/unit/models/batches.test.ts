import assert from 'node:assert/strict';
import fc from 'fast-check';
import { makeBatches, type Batch } from '../../../src/models/batches';
import { ignored, type Sample } from '../../../src/models/samples';
import { sampleOf } from './tokenizedSamples';

interface Prediction {
  readonly context: readonly number[];
  readonly target: number;
  readonly weight: number;
}

/** What each sample is asked to predict, read back out of the batches. */
function predictions(batches: readonly Batch[]): Map<number, Prediction[]> {
  const found = new Map<number, Prediction[]>();
  for (const { members, length, ids, positions, targets, weights } of batches) {
    assert.equal(ids.length, members.length * length);
    assert.equal(targets.length, positions.length);
    assert.equal(weights.length, positions.length);
    members.forEach((member) => found.set(member, []));
    positions.forEach((position, index) => {
      const row = Math.floor(position / length);
      const context = [...ids.subarray(row * length, position + 1)];
      found.get(members[row]!)!.push({ context, target: targets[index]!, weight: weights[index]! });
    });
  }
  return found;
}

/** The same from the definition. */
function wanted({ ids, targets }: Sample): Omit<Prediction, 'weight'>[] {
  return targets.flatMap((target, index) =>
    index === 0 || target === ignored ? [] : [{ context: ids.slice(0, index), target }],
  );
}

const samples = fc.array(sampleOf(12, 30), { minLength: 1, maxLength: 17 });
const size = fc.integer({ min: 1, max: 6 });
const runs = { numRuns: 150, seed: 10 };

describe('makeBatches', () => {
  it('has every sample once, in batches no larger than asked', () => {
    fc.assert(
      fc.property(samples, size, fc.integer(), (all, batchSize, seed) => {
        const batches = makeBatches(all, batchSize, seed);
        const members = batches.flatMap((batch) => batch.members);
        assert.deepEqual(
          [...members].sort((a, b) => a - b),
          [...all.keys()],
        );
        assert.equal(batches.length, Math.ceil(all.length / batchSize));
        for (const batch of batches) {
          assert.ok(batch.members.length <= batchSize);
          assert.equal(batch.length, Math.max(...batch.members.map((member) => all[member]!.ids.length)));
        }
      }),
      runs,
    );
  });

  it('asks each token for the next one, with weights that sum to 1 for a sample, whatever the batch size', () => {
    fc.assert(
      fc.property(samples, size, fc.integer(), (all, batchSize, seed) => {
        const found = predictions(makeBatches(all, batchSize, seed));
        all.forEach((sample, member) => {
          const expected = wanted(sample);
          const own = found.get(member)!;
          assert.deepEqual(
            own.map(({ context, target }) => ({ context, target })),
            expected,
          );
          own.forEach(({ weight }) => assert.equal(weight, Math.fround(1 / expected.length)));
          const sum = own.reduce((total, { weight }) => total + weight, 0);
          assert.ok(Math.abs(sum - 1) < 1e-6, `weights sum to ${sum}`);
        });
      }),
      runs,
    );
  });

  it('pads on the right', () => {
    const all: Sample[] = [
      { ids: [1, 2], targets: [1, 2] },
      { ids: [3, 4, 5], targets: [ignored, ignored, 5] },
    ];
    assert.deepEqual(makeBatches(all, 2, 1), [
      {
        members: [0, 1],
        length: 3,
        ids: Int32Array.of(1, 2, 0, 3, 4, 5),
        positions: Int32Array.of(0, 4),
        targets: Int32Array.of(2, 5),
        weights: Float32Array.of(1, 1),
      },
    ]);
  });

  it('puts samples of like length together: no batch is shorter than one before it in length order', () => {
    fc.assert(
      fc.property(samples, size, (all, batchSize) => {
        const lengths = makeBatches(all, batchSize, 1)
          .map(({ members }) => members.map((member) => all[member]!.ids.length))
          .sort((a, b) => a[0]! - b[0]! || a.at(-1)! - b.at(-1)!);
        assert.deepEqual(
          lengths.flat(),
          all.map(({ ids }) => ids.length).sort((a, b) => a - b),
        );
      }),
      runs,
    );
  });

  it('depends on the samples, the size and the seed alone', () => {
    const all = Array.from({ length: 40 }, (_, n): Sample => ({ ids: [n % 7, n], targets: [n % 7, n] }));
    const order = (seed: number): string => JSON.stringify(makeBatches(all, 4, seed).map((b) => b.members));
    assert.equal(order(1), order(1));
    assert.notEqual(order(1), order(2));
  });
});
