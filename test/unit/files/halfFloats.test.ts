import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  decodeBfloat16,
  decodeFloat16,
  encodeBfloat16,
  encodeFloat16,
  roundToOdd,
} from '../../../src/files/halfFloats';

const everyPattern = Uint16Array.from({ length: 65_536 }, (_, pattern) => pattern);

const decode = (how: typeof decodeFloat16, source: Uint16Array): Float32Array => {
  const target = new Float32Array(source.length);
  how(source, target);
  return target;
};

describe('half floats', () => {
  it('decode known float16 patterns', () => {
    const patterns = Uint16Array.of(
      0x3c00,
      0xc000,
      0x7bff,
      0x0001,
      0x03ff,
      0x0400,
      0x7c00,
      0xfc00,
      0x8000,
      0x3555,
    );
    const expected = [
      1,
      -2,
      65504,
      2 ** -24,
      1023 * 2 ** -24,
      2 ** -14,
      Infinity,
      -Infinity,
      -0,
      0.333251953125,
    ];
    assert.deepEqual([...decode(decodeFloat16, patterns)], expected);
    assert.ok(Number.isNaN(decode(decodeFloat16, Uint16Array.of(0x7e00))[0]));
  });

  it('give every float16 pattern back, save that a signaling NaN becomes quiet', () => {
    const back = encodeFloat16(decode(decodeFloat16, everyPattern));
    everyPattern.forEach((pattern) => {
      const isNan = (pattern & 0x7fff) > 0x7c00;
      assert.equal(back[pattern], isNan ? pattern | 0x200 : pattern);
    });
  });

  it('give every bfloat16 pattern back, save that a signaling NaN becomes quiet', () => {
    const back = encodeBfloat16(decode(decodeBfloat16, everyPattern));
    everyPattern.forEach((pattern) => {
      const isNan = (pattern & 0x7fff) > 0x7f80;
      assert.equal(back[pattern], isNan ? pattern | 0x40 : pattern);
    });
  });

  it('round to nearest, ties to even', () => {
    const values = Float32Array.of(
      1 + 2 ** -11,
      1 + 3 * 2 ** -11,
      65519.99,
      65520,
      2 ** -25,
      2 ** -25 * 1.0001,
    );
    assert.deepEqual([...encodeFloat16(values)], [0x3c00, 0x3c02, 0x7bff, 0x7c00, 0, 1]);
    const wide = Float32Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8, 3.4e38, NaN);
    assert.deepEqual([...encodeBfloat16(wide)], [0x3f80, 0x3f82, 0x7f80, 0x7fc0]);
  });

  it('encode to the nearer of the neighboring halves', () => {
    const table = [...decode(decodeFloat16, everyPattern)].filter(Number.isFinite);
    fc.assert(
      fc.property(fc.float({ noNaN: true, min: -65504, max: 65504 }), (value) => {
        const [rounded = NaN] = decode(decodeFloat16, encodeFloat16(Float32Array.of(value)));
        const error = Math.abs(rounded - value);
        assert.ok(table.every((other) => Math.abs(other - value) >= error));
      }),
      { numRuns: 30, seed: 1 },
    );
  });

  for (const [name, decoding, encode, infinite] of [
    ['float16', decodeFloat16, encodeFloat16, 0x7c00],
    ['bfloat16', decodeBfloat16, encodeBfloat16, 0x7f80],
  ] as const) {
    it(`take a float64 to the nearest ${name}, ties to even, through an odd float32`, () => {
      const values = decode(decoding, everyPattern);
      const middle = (pattern: number): number => (values[pattern]! + values[pattern + 1]!) / 2;
      // In float64 the middle of two neighbors is exact, and so is what lies just beside it.
      const near = fc
        .tuple(fc.nat(infinite - 2), fc.constantFrom(0, 1, -1), fc.integer({ min: 26, max: 51 }))
        .map(([pattern, sign, exponent]) => middle(pattern) * (1 + sign * 2 ** -exponent));
      const anywhere = fc.double({ noNaN: true, min: 0, max: middle(infinite - 2) });
      fc.assert(
        fc.property(fc.oneof(near, anywhere), (value) => {
          const [pattern = NaN] = encode(Float32Array.of(roundToOdd(value)));
          const isEven = pattern % 2 === 0;
          const above = middle(pattern);
          assert.ok(isEven ? value <= above : value < above, `${value} is above ${pattern}`);
          const below = pattern === 0 ? -Infinity : middle(pattern - 1);
          assert.ok(isEven ? value >= below : value > below, `${value} is below ${pattern}`);
          assert.equal(encode(Float32Array.of(roundToOdd(-value)))[0], pattern | 0x8000);
        }),
        { numRuns: 2000, seed: 1 },
      );
    });
  }

  it('leave a float32 as it is where it is made odd, and a NaN', () => {
    for (const value of [0, -0, 1, -2.5, 2 ** -149, Infinity, -Infinity, NaN]) {
      assert.ok(Object.is(roundToOdd(value), value));
    }
    // Rounded twice, this would be a tie and go down to 1.
    const above = 1 + 2 ** -11 + 2 ** -40;
    assert.deepEqual([...encodeFloat16(Float32Array.of(above, roundToOdd(above)))], [0x3c00, 0x3c01]);
    assert.ok(Number.isFinite(roundToOdd(1e300)));
  });
});
