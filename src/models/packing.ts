import type { Sample } from './samples';
import { ignored } from './targets';

/**
 * Joins samples into rows of at most `maxLength` tokens, so that little of a batch is padding: first-fit decreasing
 * (Johnson 1973), which needs at most 11/9 of the fewest rows possible, and one. A sample is never split; the first token of
 * each is no target, since what stands before it is another sample.
 *
 * Attention is not masked between the samples of a row, and positions go on from one to the next, as in the packing of the
 * common trainers: a sample sees those before it.
 *
 * Rows come in the order in which they were begun, and do not say whether a sample of theirs was truncated.
 *
 * @throws RangeError where a sample is longer than a row
 */
export function packSamples(samples: readonly Sample[], maxLength: number): Sample[] {
  const order = samples.map((_, index) => index);
  const lengthAt = (index: number): number => (samples[index] as Sample).ids.length;
  // Array.prototype.sort is stable: among equal lengths, the samples' own order decides.
  order.sort((a, b) => lengthAt(b) - lengthAt(a));
  const rows: Sample[][] = [];
  const space = new RowSpace(samples.length, maxLength);
  for (const index of order) {
    if (lengthAt(index) > maxLength) {
      throw new RangeError(`Sample ${index} has ${lengthAt(index)} tokens, more than a row of ${maxLength}.`);
    }
    const row = space.take(lengthAt(index));
    (rows[row] ??= []).push(samples[index] as Sample);
  }
  return rows.map((row) => ({
    ids: row.flatMap(({ ids }) => ids),
    targets: row.flatMap(({ targets }) => targets.map((target, at) => (at === 0 ? ignored : target))),
  }));
}

/** The room left in each row, as a tree of maxima: the first row with enough is found without passing through all. */
class RowSpace {
  private readonly leaves: number;
  private readonly largest: Int32Array;

  constructor(rows: number, length: number) {
    this.leaves = 2 ** Math.ceil(Math.log2(Math.max(1, rows)));
    this.largest = new Int32Array(2 * this.leaves).fill(length);
  }

  /** The first row that has room for so many tokens, which are then taken of it. */
  take(tokens: number): number {
    let node = 1;
    while (node < this.leaves) {
      node *= 2;
      if ((this.largest[node] as number) < tokens) node++;
    }
    const row = node - this.leaves;
    this.largest[node] = (this.largest[node] as number) - tokens;
    for (node >>= 1; node >= 1; node >>= 1) {
      const [left, right] = [this.largest[2 * node] as number, this.largest[2 * node + 1] as number];
      this.largest[node] = Math.max(left, right);
    }
    return row;
  }
}
