import assert from 'node:assert/strict';
import fc from 'fast-check';
import { packSamples } from '../../../src/models/packing';
import { ignored, type Sample } from '../../../src/models/samples';

/** A sample whose tokens are like no other's, with the loss on those from `trained` on. */
const sampleOf = (length: number, id: number, trained = 0): Sample => {
  const ids = Array.from({ length }, (_, at) => 1000 * id + at);
  return { ids, targets: ids.map((token, at) => (at < trained ? ignored : token)) };
};
const lengths = (rows: readonly Sample[]): number[] => rows.map(({ ids }) => ids.length);

describe('packing samples into rows', () => {
  it('puts the longest first, each into the first row with room', () => {
    const samples = [3, 6, 5, 2, 4].map((length, id) => sampleOf(length, id));
    const rows = packSamples(samples, 10);
    assert.deepEqual(lengths(rows), [10, 10]);
    assert.deepEqual(rows[0]?.ids, [...samples[1]!.ids, ...samples[4]!.ids]);
    assert.deepEqual(rows[1]?.ids, [...samples[2]!.ids, ...samples[0]!.ids, ...samples[3]!.ids]);
  });

  it('makes the first token of each sample no target, and leaves the others as they are', () => {
    const rows = packSamples([sampleOf(4, 1), sampleOf(3, 2, 2)], 8);
    assert.deepEqual(rows, [
      {
        ids: [1000, 1001, 1002, 1003, 2000, 2001, 2002],
        targets: [ignored, 1001, 1002, 1003, ignored, ignored, 2002],
      },
    ]);
  });

  it('keeps every sample whole and once, and no row too long, whatever the lengths', () => {
    const cases = fc
      .integer({ min: 2, max: 40 })
      .chain((maxLength) =>
        fc.tuple(fc.constant(maxLength), fc.array(fc.integer({ min: 2, max: maxLength }), { maxLength: 60 })),
      );
    fc.assert(
      fc.property(cases, ([maxLength, all]) => {
        const samples = all.map((length, id) => sampleOf(length, id, id % length));
        const rows = packSamples(samples, maxLength);
        const found: number[] = [];
        for (const { ids, targets } of rows) {
          assert.ok(ids.length <= maxLength);
          for (let at = 0; at < ids.length;) {
            const id = Math.floor(ids[at]! / 1000);
            const { ids: own, targets: wanted } = samples[id]!;
            assert.deepEqual(ids.slice(at, at + own.length), own);
            assert.deepEqual(targets.slice(at, at + own.length), [ignored, ...wanted.slice(1)]);
            found.push(id);
            at += own.length;
          }
        }
        assert.deepEqual(
          found.sort((a, b) => a - b),
          samples.map((_, id) => id),
        );
        assert.deepEqual(packSamples(samples, maxLength), rows);
      }),
      { numRuns: 300, seed: 3 },
    );
  });

  it('begins a row only where no row before has room', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 2, max: 20 }), { maxLength: 80 }), (all) => {
        // The definition itself, row by row.
        const rooms: number[] = [];
        for (const length of [...all].sort((a, b) => b - a)) {
          const row = rooms.findIndex((room) => room >= length);
          if (row < 0) rooms.push(20 - length);
          else rooms[row] = rooms[row]! - length;
        }
        const rows = packSamples(
          all.map((length, id) => sampleOf(length, id)),
          20,
        );
        assert.deepEqual(
          lengths(rows),
          rooms.map((room) => 20 - room),
        );
      }),
      { numRuns: 200, seed: 8 },
    );
  });

  it('refuses a sample that is longer than a row', () => {
    assert.throws(() => packSamples([sampleOf(3, 0), sampleOf(9, 1)], 8), /Sample 1 has 9 tokens/);
    assert.deepEqual(packSamples([], 8), []);
  });
});
