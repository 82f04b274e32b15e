/*
 * Four floats at a time, for all kernels. The module has no data, no stack and no table in the memory that it shares with
 * tfjs: constants in code alone, no local arrays, no calls through pointers. scripts/kernels.ts checks it.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <wasm_simd128.h>

#define EXPORT(name) __attribute__((export_name(#name)))
#define INLINE static inline __attribute__((always_inline))

typedef v128_t vec;
enum { LANES = 4 };

#define ZERO wasm_f32x4_const_splat(0)
#define CONST(value) wasm_f32x4_const_splat(value)

/* a b + c: one rounding in the build with fused multiply-add, two in the other. */
#ifdef __wasm_relaxed_simd__
INLINE vec madd(vec a, vec b, vec c) { return __builtin_wasm_relaxed_madd_f32x4(a, b, c); }
INLINE vec madd64(vec a, vec b, vec c) { return __builtin_wasm_relaxed_madd_f64x2(a, b, c); }
#else
INLINE vec madd(vec a, vec b, vec c) { return wasm_f32x4_add(wasm_f32x4_mul(a, b), c); }
INLINE vec madd64(vec a, vec b, vec c) { return wasm_f64x2_add(wasm_f64x2_mul(a, b), c); }
#endif

INLINE vec add(vec a, vec b) { return wasm_f32x4_add(a, b); }
INLINE vec sub(vec a, vec b) { return wasm_f32x4_sub(a, b); }
INLINE vec mul(vec a, vec b) { return wasm_f32x4_mul(a, b); }
INLINE vec div(vec a, vec b) { return wasm_f32x4_div(a, b); }
INLINE vec splat(float x) { return wasm_f32x4_splat(x); }
/* The first argument where it is NaN, and one instruction each: unlike IEEE's minimum and maximum. */
INLINE vec least(vec x, vec bound) { return wasm_f32x4_pmin(x, bound); }
INLINE vec most(vec x, vec bound) { return wasm_f32x4_pmax(x, bound); }
/* yes where mask, else no. */
INLINE vec choose(vec mask, vec yes, vec no) { return wasm_v128_bitselect(yes, no, mask); }
INLINE vec signBit(void) { return wasm_i32x4_const_splat((int32_t)0x80000000); }
INLINE vec minusAbs(vec x) { return wasm_v128_or(x, signBit()); }
INLINE vec absolute(vec x) { return wasm_v128_andnot(x, signBit()); }

/* Whole vectors, or the first `count` < 4 entries of the last one: nothing is read or written behind an array. */
INLINE vec load(const float *from) { return wasm_v128_load(from); }
INLINE void store(float *to, vec x) { wasm_v128_store(to, x); }

INLINE vec loadPart(const float *from, size_t count, vec rest) {
  if (count > 0) rest = wasm_v128_load32_lane(from, rest, 0);
  if (count > 1) rest = wasm_v128_load32_lane(from + 1, rest, 1);
  if (count > 2) rest = wasm_v128_load32_lane(from + 2, rest, 2);
  return rest;
}

INLINE void storePart(float *to, size_t count, vec x) {
  if (count > 0) wasm_v128_store32_lane(to, x, 0);
  if (count > 1) wasm_v128_store32_lane(to + 1, x, 1);
  if (count > 2) wasm_v128_store32_lane(to + 2, x, 2);
}

INLINE float sumOf(vec x) {
  vec pairs = add(x, wasm_i32x4_shuffle(x, x, 2, 3, 0, 1));
  return wasm_f32x4_extract_lane(pairs, 0) + wasm_f32x4_extract_lane(pairs, 1);
}

INLINE double sumOf64(vec x) { return wasm_f64x2_extract_lane(x, 0) + wasm_f64x2_extract_lane(x, 1); }
/* Entries 0 and 1, and entries 2 and 3, in float64. */
INLINE vec lowHalf(vec x) { return wasm_f64x2_promote_low_f32x4(x); }
INLINE vec highHalf(vec x) { return wasm_f64x2_promote_low_f32x4(wasm_i32x4_shuffle(x, x, 2, 3, 2, 3)); }

INLINE float largestOf(vec x) {
  vec pairs = most(x, wasm_i32x4_shuffle(x, x, 2, 3, 0, 1));
  float a = wasm_f32x4_extract_lane(pairs, 0), b = wasm_f32x4_extract_lane(pairs, 1);
  return a < b ? b : a;
}

/*
 * Runs a block for i = 0, 4, 8 ... below n, with `count` = 4, or what is left in the last one. In whole vectors `count` is a
 * constant, so get and put become one instruction.
 */
#define EACH(n, ...)                             \
  do {                                           \
    size_t i = 0;                                \
    for (; i + LANES <= (n); i += LANES) {       \
      enum { count = LANES };                    \
      __VA_ARGS__                                \
    }                                            \
    if (i < (n)) {                               \
      const size_t count = (n) - i;              \
      __VA_ARGS__                                \
    }                                            \
  } while (0)

/* The same with one copy of the block: for long blocks, where size counts and a branch does not. */
#define EACH_LONG(n, ...)                                             \
  for (size_t i = 0; i < (n); i += LANES) {                           \
    const size_t count = (n) - i < LANES ? (n) - i : (size_t)LANES;   \
    __VA_ARGS__                                                       \
  }

INLINE vec getOr(const float *from, size_t count, vec rest) {
  return count >= LANES ? load(from) : loadPart(from, count, rest);
}
INLINE vec get(const float *from, size_t count) { return getOr(from, count, ZERO); }
INLINE void put(float *to, size_t count, vec x) {
  if (count >= LANES) store(to, x);
  else storePart(to, count, x);
}
