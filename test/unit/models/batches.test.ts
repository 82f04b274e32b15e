import assert from 'node:assert/strict';
import fc from 'fast-check';
import { groupOf, makeBatches, type Batch } from '../../../src/models/batches';
import {
  ignored,
  lengthOf,
  type AnySample,
  type ClassSample,
  type ImageSample,
  type Sample,
} from '../../../src/models/samples';
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
          const own = batch.members.map((member) => all[member]!.ids.length);
          assert.deepEqual([...batch.lengths], own);
          assert.equal(batch.length, Math.max(...own));
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
        lengths: Int32Array.of(2, 3),
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

  it('keeps a limit of positions with padding, except for samples that are longer alone, and is full', () => {
    fc.assert(
      fc.property(
        samples,
        size,
        fc.integer({ min: 1, max: 40 }),
        fc.integer(),
        (all, batchSize, limit, seed) => {
          const batches = makeBatches(all, batchSize, seed, limit);
          const members = batches.flatMap((batch) => batch.members);
          assert.deepEqual(
            [...members].sort((a, b) => a - b),
            [...all.keys()],
          );
          // In the order of lengths, as they were filled.
          const filled = [...batches].sort(
            (a, b) => a.lengths[0]! - b.lengths[0]! || a.length - b.length || a.members[0]! - b.members[0]!,
          );
          filled.forEach(({ members: own, length }, index) => {
            assert.ok(own.length <= batchSize);
            assert.ok(own.length === 1 || own.length * length <= limit, `${own.length} of ${length}`);
            const next = filled[index + 1]?.lengths[0];
            const takesMore =
              next !== undefined && own.length < batchSize && (own.length + 1) * next <= limit;
            assert.ok(!takesMore, 'the next sample would have had room');
          });
        },
      ),
      runs,
    );
  });

  it('never mixes samples up to a boundary with longer ones', () => {
    fc.assert(
      fc.property(samples, size, fc.integer({ min: 1, max: 12 }), (all, batchSize, boundary) => {
        const batches = makeBatches(all, batchSize, 1, Infinity, boundary);
        assert.equal(batches.flatMap(({ members }) => members).length, all.length);
        for (const { lengths } of batches) {
          const long = [...lengths].filter((length) => length > boundary).length;
          assert.ok(long === 0 || long === lengths.length, [...lengths].join());
        }
      }),
      runs,
    );
  });

  it('asks the same of each sample under any limit', () => {
    fc.assert(
      fc.property(samples, size, fc.integer({ min: 1, max: 40 }), (all, batchSize, limit) => {
        const [free, limited] = [Infinity, limit].map((tokens) =>
          predictions(makeBatches(all, batchSize, 1, tokens)),
        );
        all.forEach((_, member) => assert.deepEqual(limited!.get(member), free!.get(member)));
      }),
      runs,
    );
  });
});

describe('batches of groups of samples', () => {
  it('never mix groups, have every sample once, and are as full as others', () => {
    const lists = fc.array(sampleOf(9, 20), { minLength: 1, maxLength: 30 });
    const small = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(lists, small, small, (all, batchSize, groups) => {
        const batches = makeBatches(all, batchSize, 1, Infinity, Infinity, groups);
        const members = batches.flatMap((batch) => batch.members).sort((a, b) => a - b);
        assert.deepEqual(members, [...all.keys()]);
        for (const batch of batches)
          assert.ok(batch.members.every((member) => member % groups === groupOf(batch, groups)));
        const sizes = Array.from({ length: groups }, (_, group) =>
          Math.ceil(members.filter((member) => member % groups === group).length / batchSize),
        );
        assert.equal(
          batches.length,
          sizes.reduce((sum, size) => sum + size, 0),
        );
        if (groups === 1) assert.deepEqual(batches, makeBatches(all, batchSize, 1));
      }),
      runs,
    );
  });
});

describe('batches for a head that classifies', () => {
  const texts: ClassSample[] = [
    { ids: [5, 6, 7], segments: [0, 1, 1], label: 2 },
    { ids: [8], label: 0 },
  ];

  it('hold tokens, segments and classes, padded on the right', () => {
    assert.deepEqual(makeBatches(texts, 2, 1), [
      {
        members: [1, 0],
        length: 3,
        lengths: Int32Array.of(1, 3),
        ids: Int32Array.of(8, 0, 0, 5, 6, 7),
        segments: Int32Array.of(0, 0, 0, 0, 1, 1),
        labels: Int32Array.of(0, 2),
        positions: new Int32Array(),
        targets: new Int32Array(),
        weights: new Float32Array(),
      },
    ]);
  });

  it('hold images one behind the other, as long as their patches', () => {
    const images: ImageSample[] = [1, 2, 3].map((value) => ({
      pixels: Float32Array.of(value, value / 2),
      label: value,
      length: 5,
    }));
    const batches = makeBatches(images, 2, 1, 12).sort((a, b) => a.members[0]! - b.members[0]!);
    assert.deepEqual(batches[0], {
      members: [0, 1],
      length: 5,
      lengths: Int32Array.of(5, 5),
      ids: new Int32Array(),
      pixels: Float32Array.of(1, 0.5, 2, 1),
      labels: Int32Array.of(1, 2),
      positions: new Int32Array(),
      targets: new Int32Array(),
      weights: new Float32Array(),
    });
    assert.deepEqual([batches.length, batches[1]!.members], [2, [2]]);
  });

  it('have every sample once, with its own label, whatever the limits', () => {
    const label = fc.nat({ max: 9 });
    const text: fc.Arbitrary<AnySample> = fc.record({
      ids: fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 12 }),
      label,
    });
    const image: fc.Arbitrary<AnySample> = fc.record({
      pixels: fc.constant(new Float32Array(4)),
      label,
      length: fc.constant(5),
    });
    const limits = fc.integer({ min: 1, max: 40 });
    const lists = fc.oneof(
      fc.array(text, { minLength: 1, maxLength: 12 }),
      fc.array(image, { minLength: 1, maxLength: 12 }),
    );
    fc.assert(
      fc.property(lists, size, limits, (all, batchSize, limit) => {
        const found = new Map<number, number>();
        for (const { members, labels, lengths } of makeBatches(all, batchSize, 1, limit)) {
          members.forEach((member, row) => {
            assert.ok(!found.has(member));
            found.set(member, labels![row]!);
            assert.equal(lengths[row], lengthOf(all[member]!));
          });
        }
        assert.deepEqual(
          all.map((_, member) => found.get(member)),
          all.map((sample) => 'label' in sample && sample.label),
        );
      }),
      runs,
    );
  });
});
