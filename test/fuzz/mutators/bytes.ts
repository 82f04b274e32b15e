import type { Random } from '../target';

/** Lengths, offsets and counts as binary formats hold them, where arithmetic on them overflows or turns negative. */
const edges = [0n, 1n, 0x7fn, 0x80n, 0xffn, 0xffffn, 0x7fffffffn, 0x80000000n, 0xffffffffn, 2n ** 53n, 2n ** 63n - 1n, 2n ** 64n - 1n]; // prettier-ignore

/** Bytes with up to four flips, cuts, doublings, insertions, or numbers at the edge of what a field holds. */
export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  let result = Buffer.from(bytes);
  for (let times = 1 + Math.floor(random() * 4); times > 0; times--) result = once(result, random);
  return result;
}

function once(bytes: Buffer, random: Random): Buffer<ArrayBuffer> {
  const upTo = (most: number): number => Math.floor(random() * (most + 1));
  const at = upTo(bytes.length);
  const to = Math.min(bytes.length, at + upTo(random() < 0.2 ? bytes.length : 16));
  switch (upTo(6)) {
    case 0: {
      const flipped = Buffer.from(bytes);
      if (at < flipped.length) flipped[at]! ^= 1 << upTo(7);
      return flipped;
    }
    case 1: {
      const changed = Buffer.from(bytes);
      for (let i = at; i < to && i < at + 4; i++) changed[i] = upTo(255);
      return changed;
    }
    case 2:
      return Buffer.from(bytes.subarray(0, at));
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]);
    case 4:
      return Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]);
    case 5: {
      const edge = Buffer.alloc(8);
      edge.writeBigUInt64LE(edges[upTo(edges.length - 1)] ?? 0n);
      const width = [1, 2, 4, 8][upTo(3)] ?? 1;
      return Buffer.concat([bytes.subarray(0, at), edge.subarray(0, width), bytes.subarray(at + width)]);
    }
    default: {
      const more = Buffer.from(Array.from({ length: 1 + upTo(8) }, () => upTo(255)));
      return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
    }
  }
}
