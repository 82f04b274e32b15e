import {
  ignored,
  lengthOf,
  type AnySample,
  type ClassSample,
  type ImageSample,
  type Sample,
} from './samples';
import { seededShuffle } from '../shared/shuffle';

/** Samples padded on the right to one length; arrays are row-major [batch, length]. */
export interface Batch {
  /** Which samples, by their index in the data. */
  readonly members: readonly number[];
  readonly length: number;
  /** Real positions of each member. */
  readonly lengths: Int32Array;
  /** Empty for images. */
  readonly ids: Int32Array;
  /** Segment of each token; absent = all 0. */
  readonly segments?: Int32Array;
  /** [batch · channels · height · width] */
  readonly pixels?: Float32Array;
  /** Class of each member; absent where next tokens are predicted. */
  readonly labels?: Int32Array;
  /** Flat positions [sample · length + t] whose next token is predicted, in order. */
  readonly positions: Int32Array;
  /** The token to predict at each of them. */
  readonly targets: Int32Array;
  /** Weight of each: 1 / (targets of its sample), so that the sum is each sample's own mean loss. */
  readonly weights: Float32Array;
}

/**
 * Batches of samples of like length, so that little is spent on padding. They depend on the data, the limits and the seed
 * alone, never on how the work is divided. Their order is shuffled: early results come from all lengths.
 * @param batchSize samples at most
 * @param tokens positions with padding at most, but always at least one sample
 * @param boundary samples up to this length and longer ones are never in one batch
 * @param groups samples whose numbers differ modulo this are never in one batch (`groupOf`)
 */
export function makeBatches(
  samples: readonly AnySample[],
  batchSize: number,
  seed: number,
  tokens = Infinity,
  boundary = Infinity,
  groups = 1,
): Batch[] {
  const lengths = samples.map(lengthOf);
  const byLength = [...samples.keys()].sort(
    (a, b) => (a % groups) - (b % groups) || (lengths[a] ?? 0) - (lengths[b] ?? 0) || a - b,
  );
  const batches: number[][] = [];
  let open: number[] = [];
  for (const index of byLength) {
    const length = lengths[index] ?? 0;
    const size = (open.length + 1) * length;
    const last = open.at(-1) ?? index;
    const crosses =
      (length > boundary && (lengths[last] ?? 0) <= boundary) || last % groups !== index % groups;
    if (open.length > 0 && (open.length === batchSize || size > tokens || crosses)) {
      batches.push(open);
      open = [];
    }
    open.push(index);
  }
  if (open.length > 0) batches.push(open);
  return seededShuffle(batches, seed).map((members) => toBatch(samples, members));
}

/** Which of so many groups of samples a batch belongs to. */
export const groupOf = ({ members }: Pick<Batch, 'members'>, groups: number): number =>
  (members[0] ?? 0) % groups;

function toBatch(samples: readonly AnySample[], members: readonly number[]): Batch {
  const chosen = members.flatMap((member) => samples[member] ?? []);
  const lengths = Int32Array.from(chosen, lengthOf);
  const length = Math.max(...lengths);
  const shape = { members, length, lengths };
  const isImage = (sample: AnySample): sample is ImageSample => 'pixels' in sample;
  const isClass = (sample: AnySample): sample is ClassSample => 'ids' in sample && 'label' in sample;
  if (chosen.every(isImage)) return { ...shape, ...imagesOf(chosen) };
  if (chosen.every(isClass)) return { ...shape, ...classesOf(chosen, length) };
  return { ...shape, ...predictionsOf(chosen as readonly Sample[], length) };
}

const nothingPredicted = {
  positions: new Int32Array(),
  targets: new Int32Array(),
  weights: new Float32Array(),
};

function imagesOf(samples: readonly ImageSample[]) {
  const size = samples[0]?.pixels.length ?? 0;
  const pixels = new Float32Array(samples.length * size);
  samples.forEach((sample, row) => pixels.set(sample.pixels, row * size));
  const labels = Int32Array.from(samples, ({ label }) => label);
  return { ids: new Int32Array(), pixels, labels, ...nothingPredicted };
}

function classesOf(samples: readonly ClassSample[], length: number) {
  const labels = Int32Array.from(samples, ({ label }) => label);
  const ids = padded(
    samples.map((sample) => sample.ids),
    length,
  );
  const segments = padded(
    samples.map((sample) => sample.segments ?? []),
    length,
  );
  return { ids, segments, labels, ...nothingPredicted };
}

function predictionsOf(samples: readonly Sample[], length: number) {
  const positions: number[] = [];
  const targets: number[] = [];
  const weights: number[] = [];
  samples.forEach((sample, row) => {
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
    ids: padded(
      samples.map((sample) => sample.ids),
      length,
    ),
    positions: Int32Array.from(positions),
    targets: Int32Array.from(targets),
    weights: Float32Array.from(weights),
  };
}

function padded(rows: readonly (readonly number[])[], length: number): Int32Array {
  const values = new Int32Array(rows.length * length);
  rows.forEach((row, index) => values.set(row, index * length));
  return values;
}
