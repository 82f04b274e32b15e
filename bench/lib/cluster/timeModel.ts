import { mulberry32 } from '../../../src/shared/random';

/**
 * What a search on a cluster takes, by a model of few numbers. A search is rounds: a batch is proposed, its trials wait for a node in
 * the order of their numbers, and the next batch is proposed when the last one has told. A trial takes its training, times what
 * its machine makes of it (log-normal), and what every job takes besides.
 */
export interface ClusterModel {
  /** Seconds of a training, at the median. */
  readonly trial: number;
  /** Spread of trainings: standard deviation of the logarithm. */
  readonly spread: number;
  /** Seconds of a job until it trains: dispatch, start of the process, model and data read. */
  readonly start: number;
  /** Seconds a round: proposal, `sbatch`, and until its end is noticed. */
  readonly round: number;
  /** Seconds to look at one open piece on the file system; the coordinator looks at all, one behind the other. */
  readonly look: number;
}

/** Seconds until each trial has told, in the order of proposal. */
export function tellingTimes(
  model: ClusterModel,
  trials: number,
  batch: number,
  nodes: number,
  seed: number,
): number[] {
  const random = mulberry32(seed);
  const times: number[] = [];
  let now = 0;
  for (let first = 0; first < trials; first += batch) {
    const count = Math.min(batch, trials - first);
    now += model.round;
    const free = Array.from({ length: Math.min(nodes, count) }, () => now);
    const ends: number[] = [];
    for (let trial = 0; trial < count; trial++) {
      const node = free.indexOf(Math.min(...free));
      const end = free[node]! + model.start + model.trial * Math.exp(model.spread * normal(random));
      free[node] = end;
      ends.push(end);
    }
    // A round is over when its slowest is, and has been looked at among all others.
    now = Math.max(...ends) + count * model.look;
    times.push(...ends.map(() => now));
  }
  return times;
}

/** Box and Muller's. */
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
