/**
 * 16-bit floats to and from float32. Decoding is exact for every one of the 65,536 patterns; encoding rounds to nearest,
 * ties to even, as PyTorch does.
 */

let halfTable: Uint32Array | undefined;

/** Bit pattern of float32 for every half: a table of 256 kB is several times faster than computing each. */
function halfBits(): Uint32Array {
  if (halfTable) return halfTable;
  halfTable = new Uint32Array(65_536);
  const single = new Float32Array(1);
  const bits = new Uint32Array(single.buffer);
  for (let half = 0; half < 65_536; half++) {
    const sign = (half & 0x8000) << 16;
    const exponent = (half >>> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) {
      // Zero and the subnormals: fraction x 2^-24, exact in float32.
      single[0] = fraction * 2 ** -24;
      halfTable[half] = (sign | (bits[0] ?? 0)) >>> 0;
    } else {
      const widened = exponent === 0x1f ? 0xff : exponent + 112;
      halfTable[half] = (sign | (widened << 23) | (fraction << 13)) >>> 0;
    }
  }
  return halfTable;
}

/** IEEE half patterns as float32. Both arrays have the same length. */
export function decodeFloat16(source: Uint16Array, target: Float32Array): void {
  const table = halfBits();
  const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
  for (let i = 0; i < source.length; i++) bits[i] = table[source[i] as number] as number;
}

/** bfloat16 patterns as float32: the upper half of its bits. Both arrays have the same length. */
export function decodeBfloat16(source: Uint16Array, target: Float32Array): void {
  const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
  for (let i = 0; i < source.length; i++) bits[i] = (source[i] as number) << 16;
}

const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);

/**
 * float64 as one of the two float32 around it, namely the one with an odd last bit, where it is none itself. Rounded to 16
 * bits, that gives what rounding the float64 itself would: what lies beside a tie is not taken for one (rounding to odd,
 * Boldo and Melquiond 2008).
 */
export function roundToOdd(value: number): number {
  single[0] = value;
  const [nearest = 0, bits = 0] = [single[0], singleBits[0]];
  if (nearest === value || Number.isNaN(value) || (bits & 1) === 1) return nearest;
  singleBits[0] = Math.abs(nearest) < Math.abs(value) ? bits + 1 : bits - 1;
  return single[0];
}

/** float32 as IEEE halves; values of 65,520 and more become infinite, NaN stays NaN. */
export function encodeFloat16(source: Float32Array): Uint16Array {
  const bits = new Uint32Array(source.buffer, source.byteOffset, source.length);
  return Uint16Array.from(bits, halfOf);
}

/** float32 as bfloat16; NaN stays NaN. */
export function encodeBfloat16(source: Float32Array): Uint16Array {
  const bits = new Uint32Array(source.buffer, source.byteOffset, source.length);
  return Uint16Array.from(bits, (value) => {
    // Rounding could carry a NaN's fraction into infinity, so a NaN is cut and made quiet.
    if ((value & 0x7fff_ffff) > 0x7f80_0000) return (value >>> 16) | 0x40;
    return (value + 0x7fff + ((value >>> 16) & 1)) >>> 16;
  });
}

function halfOf(value: number): number {
  const sign = (value >>> 16) & 0x8000;
  const magnitude = value & 0x7fff_ffff;
  if (magnitude > 0x7f80_0000) return sign | 0x7e00 | ((magnitude >>> 13) & 0x1ff);
  if (magnitude >= 0x4780_0000) return sign | 0x7c00;
  if (magnitude >= 0x3880_0000) {
    const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
    return sign | ((rounded - 0x3800_0000) >>> 13);
  }
  // Below 2^-25 everything rounds to zero, and shifts of more than 31 bits would wrap round.
  if (magnitude < 0x3300_0000) return sign;
  const significand = (magnitude & 0x7f_ffff) | 0x80_0000;
  const shift = 126 - (magnitude >>> 23);
  const rest = significand & ((1 << shift) - 1);
  const halfway = 1 << (shift - 1);
  const cut = significand >>> shift;
  return sign | (rest > halfway || (rest === halfway && (cut & 1) === 1) ? cut + 1 : cut);
}
