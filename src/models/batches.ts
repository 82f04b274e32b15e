import type { Sample } from './samples';
import { ignored } from './samples';
import { seededShuffle } from './shuffle';

/** Samples padded on the right to one length; arrays are row-major [batch, length]. */
export interface Batch {
  /** Which samples, by their index in the data. */
  readonly members: readonly number[];
  readonly length: number;
  readonly ids: Int32Array;
  /** Flat positions [sample · length + t] whose next token is predicted, in order. */
  readonly positions: Int32Array;
  /** The token to predict at each of them. */
  readonly targets: Int32Array;
  /** Weight of each: 1 / (targets of its sample), so that the sum is each sample's own mean loss. */
  readonly weights: Float32Array;
}

/**
 * Batches of samples of like length, so that little is spent on padding. They depend on the data, the batch size and
 * the seed alone, never on how the work is divided. Their order is shuffled: early results come from all lengths.
 */
export function makeBatches(samples: readonly Sample[], batchSize: number, seed: number): Batch[] {
  const byLength = samples
    .map((_, index) => index)
    .sort((a, b) => (samples[a]?.ids.length ?? 0) - (samples[b]?.ids.length ?? 0) || a - b);
  const groups: number[][] = [];
  for (let from = 0; from < byLength.length; from += batchSize)
    groups.push(byLength.slice(from, from + batchSize));
  return seededShuffle(groups, seed).map((members) => toBatch(samples, members));
}

function toBatch(samples: readonly Sample[], members: readonly number[]): Batch {
  const length = Math.max(...members.map((member) => samples[member]?.ids.length ?? 0));
  const ids = new Int32Array(members.length * length);
  const positions: number[] = [];
  const targets: number[] = [];
  const weights: number[] = [];
  members.forEach((member, row) => {
    const sample = samples[member];
    if (sample === undefined) return;
    ids.set(sample.ids, row * length);
    const predicted = sample.targets
      .map((target, index) => ({ target, position: row * length + index - 1 }))
      .filter(({ target }, index) => index > 0 && target !== ignored);
    for (const { target, position } of predicted) {
      positions.push(position);
      targets.push(target);
      weights.push(1 / predicted.length);
    }
  });
  return {
    members,
    length,
    ids,
    positions: Int32Array.from(positions),
    targets: Int32Array.from(targets),
    weights: Float32Array.from(weights),
  };
}
