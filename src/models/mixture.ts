import { seededRandom } from '../shared/random';
import { seededShuffle } from '../shared/shuffle';

/** One sample of one of several tasks. */
export interface MixtureSample {
  readonly task: number;
  readonly index: number;
}

/**
 * The order in which an epoch goes over several tasks' samples. It is as long as all of them together and takes of each task
 * a share in proportion to weight · size. A task's samples come in shuffled passes that go on from one epoch to the next: none
 * comes again before all of its task have come. With equal weights an epoch has every sample exactly once.
 *
 * A share that is no whole number is rounded up or down, by chance and so that it is right on average (systematic sampling,
 * Madow 1949); the same seed and epoch give the same order on every machine.
 *
 * @param sizes samples of each task
 * @param weights of each task, not negative; 0 leaves it out
 * @param epoch from 0
 * @throws RangeError where there are not as many weights as sizes, or one is negative or not finite
 */
export function mixtureOrder(
  sizes: readonly number[],
  weights: readonly number[],
  seed: number,
  epoch: number,
): MixtureSample[] {
  if (weights.length !== sizes.length || !weights.every((weight) => weight >= 0 && weight < Infinity)) {
    throw new RangeError(`There must be a weight of at least 0 for each of ${sizes.length} tasks.`);
  }
  const bounds = boundsOf(sizes, weights);
  const counts = countsIn(bounds, seed, epoch);
  const taken = sizes.map(() => 0);
  for (let past = 0; past < epoch; past++) {
    countsIn(bounds, seed, past).forEach((count, task) => (taken[task] = (taken[task] ?? 0) + count));
  }
  const tasks = counts.flatMap((count, task) => new Array<number>(count).fill(task));
  const streams = sizes.map((size, task) => passes(size, seed, task, taken[task] ?? 0));
  return seededShuffle(tasks, seedOf(seed, `order ${epoch}`)).map((task) => ({
    task,
    index: streams[task]?.next().value as number,
  }));
}

/** Where each task's share of an epoch ends on the line from 0 to the number of all samples. */
function boundsOf(sizes: readonly number[], weights: readonly number[]): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  // Of the largest weight: weights near the limits of a float64 would overflow, and equal ones are all exactly 1.
  const largest = Math.max(...weights, 0);
  const masses = sizes.map((size, task) => (largest === 0 ? 0 : ((weights[task] ?? 0) / largest) * size));
  const whole = masses.reduce((sum, mass) => sum + mass, 0);
  let sum = 0;
  return masses.map((mass) => {
    sum += mass;
    // Not left to rounding: an epoch is exactly as long as all samples together.
    return sum === whole ? (whole === 0 ? 0 : total) : (total * sum) / whole;
  });
}

/** How many of each task's samples an epoch has. */
function countsIn(bounds: readonly number[], seed: number, epoch: number): number[] {
  const start = seededRandom(seed, `counts ${epoch}`)();
  const ends = bounds.map((bound) => Math.floor(bound + start));
  return ends.map((end, task) => end - (ends[task - 1] ?? 0));
}

/** A task's samples without end, shuffled anew for each pass, from the one behind `taken`. */
function* passes(size: number, seed: number, task: number, taken: number): Generator<number, never> {
  const all = Array.from({ length: size }, (_, index) => index);
  let at = taken % size;
  for (let pass = Math.floor(taken / size); ; pass++, at = 0) {
    const shuffled = seededShuffle(all, seedOf(seed, `task ${task} pass ${pass}`));
    for (; at < size; at++) yield shuffled[at] as number;
  }
}

const seedOf = (seed: number, name: string): number => Math.floor(seededRandom(seed, name)() * 2 ** 32);
