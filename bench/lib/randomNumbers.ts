import { encodeBfloat16, encodeFloat16 } from '../../src/files/halfFloats';
import { dtypeBits, type FloatDtype } from '../../src/files/dtypes';

/** Xorshift of 32 bits (Marsaglia 2003): small, fast and the same everywhere. Gives integers of [0, 2³²). */
export function xorshift32(seed: number): () => number {
  // Zero is its one fixed point.
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>>= 0);
  };
  // Seeds that differ in few bits start alike.
  for (let skipped = 0; skipped < 8; skipped++) next();
  return next;
}

/** `count` numbers, about normal (a sum of four uniforms), with the given mean and deviation. */
export function normals(count: number, mean: number, deviation: number, next: () => number): Float32Array {
  const numbers = new Float32Array(count);
  const scale = deviation * Math.sqrt(3) * 2 ** -32;
  for (let index = 0; index < count; index++) {
    numbers[index] = mean + scale * (next() + next() + next() + next() - 2 ** 33);
  }
  return numbers;
}

/** The numbers as a safetensors file keeps them. */
export function encode(numbers: Float32Array, dtype: FloatDtype): Uint8Array {
  const encoded =
    dtype === 'F32' ? numbers : dtype === 'F16' ? encodeFloat16(numbers) : encodeBfloat16(numbers);
  return new Uint8Array(encoded.buffer, encoded.byteOffset, encoded.byteLength);
}

const blockNumbers = 2 ** 24;
const pieceBytes = 2 ** 22;
const drawn = 2 ** 18;
/** Sign and low mantissa bits, those that may flip without moving a number far; two numbers a word for halves. */
const flips: Readonly<Record<FloatDtype, number>> = { F32: 0x8000ffff, F16: 0x803f803f, BF16: 0x80078007 };

/**
 * Random weights at the speed of a disk. Drawing and encoding a number takes about 0.1 µs, so that a block is
 * drawn once, and each piece of a tensor is a stretch of it from a place of its own with sign and low mantissa bits
 * flipped by a pattern of its own. No two matrices are equal, and neither are two pieces.
 * @param numbers as many as will be asked for in all; fewer than a block are drawn for a small model
 */
export class WeightSource {
  private readonly block: Uint32Array;
  private readonly piece = new Uint32Array(pieceBytes / 4);
  private readonly next: () => number;

  constructor(
    private readonly dtype: FloatDtype,
    deviation: number,
    seed: number,
    numbers: number,
  ) {
    this.next = xorshift32(seed);
    const count = Math.min(blockNumbers, Math.max(numbers, (pieceBytes * 8) / dtypeBits[dtype]));
    const bytes = new Uint8Array(Math.ceil((count * dtypeBits[dtype]) / 32) * 4);
    // Drawn and encoded in small parts, since the encoders need several times the memory of what they encode.
    for (let start = 0; start < count; start += drawn) {
      const some = encode(normals(Math.min(drawn, count - start), 0, deviation, this.next), dtype);
      bytes.set(some, (start * dtypeBits[dtype]) / 8);
    }
    this.block = new Uint32Array(bytes.buffer);
  }

  /** `bytes` of weights in pieces of a few megabytes; a piece is overwritten by the next. */
  *pieces(bytes: number): Generator<Uint8Array> {
    for (let left = bytes; left > 0; left -= pieceBytes) {
      const words = Math.min(this.piece.length, Math.ceil(left / 4));
      const start = this.next() % (this.block.length - words + 1);
      const flip = this.next() & flips[this.dtype];
      for (let index = 0; index < words; index++) this.piece[index] = this.block[start + index]! ^ flip;
      yield new Uint8Array(this.piece.buffer, 0, Math.min(left, pieceBytes));
    }
  }
}
