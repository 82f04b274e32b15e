import assert from 'node:assert/strict';
import { gumbel } from '../../../../src/models/heads/draw';
import { drawnFrom, softmax } from './chiSquare';

/** What is uniform on (0, 1) where g has the Gumbel distribution. */
const uniform = (g: number): number => Math.exp(-Math.exp(-g));
const bins = 64;
const even = new Array<number>(bins).fill(1 / bins);

/** Draws while one of the four numbers runs and the others stand. */
const runs: readonly [what: string, at: (i: number) => number][] = [
  ['seeds', (i) => gumbel(i, 3, 5, 7)],
  ['seeds below 0', (i) => gumbel(-i, 3, 5, 7)],
  ['samples', (i) => gumbel(1, i, 5, 7)],
  ['positions', (i) => gumbel(1, 3, i, 7)],
  ['indices', (i) => gumbel(1, 3, 5, i)],
];

describe('Gumbel noise', () => {
  for (const [what, at] of runs) {
    it(`has its distribution over ${what}, and neighbors do not follow one another`, () => {
      const single = new Array<number>(bins).fill(0);
      const pairs = new Array<number>(bins).fill(0);
      const side = Math.sqrt(bins);
      for (let i = 0; i < 40_000; i++) {
        const [here, next] = [uniform(at(i)), uniform(at(i + 1))];
        single[Math.floor(here * bins)]!++;
        if (i % 2 === 0) pairs[Math.floor(here * side) * side + Math.floor(next * side)]!++;
      }
      drawnFrom(single, even, what);
      drawnFrom(pairs, even, `pairs of ${what}`);
    });
  }

  it('is finite for whatever numbers, and the same each time', () => {
    for (const seed of [0, 1, -1, 42, 2 ** 31 - 1, -(2 ** 31), 2 ** 32 - 1]) {
      for (const sample of [0, 1, 1e6]) {
        for (const position of [0, 4095]) {
          for (const index of [0, 151_935]) {
            const noise = gumbel(seed, sample, position, index);
            assert.ok(Number.isFinite(noise));
            assert.equal(gumbel(seed, sample, position, index), noise);
          }
        }
      }
    }
  });

  it('makes the largest logit + noise a draw from the softmax', () => {
    const logits = [0.3, -1.2, 2, 0, -3];
    const counts = logits.map(() => 0);
    for (let sample = 0; sample < 200; sample++) {
      for (let position = 0; position < 100; position++) {
        const noisy = logits.map((logit, index) => logit + gumbel(9, sample, position, index));
        counts[noisy.indexOf(Math.max(...noisy))]!++;
      }
    }
    drawnFrom(counts, softmax(logits), 'draws');
  });
});
