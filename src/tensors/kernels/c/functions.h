/* exp, tanh, the logistic function and the normal distribution, four at a time, near the rounding of float32. */
#pragma once
#include "vector.h"

/*
 * exp(x) to one or two units in the last place: x = n ln 2 + r, exp(r) by Cephes' polynomial. Below -86.9 it is 0, where the
 * true value is under 2e-38; above 88.7 infinite; NaN stays NaN.
 */
INLINE vec expOf(vec x) {
  vec vanishes = wasm_f32x4_lt(x, CONST(-86.9f));
  vec y = least(most(x, CONST(-86.9f)), CONST(89.f));
  /* Adding 1.5 · 2^23 rounds to a whole number and leaves it in the last bits. */
  vec shifted = madd(y, CONST(1.44269504088896341f), CONST(12582912.f));
  vec n = sub(shifted, CONST(12582912.f));
  /* ln 2 in two parts, the first so short that its product with n is exact. */
  vec r = madd(n, CONST(-0.693359375f), y);
  r = madd(n, CONST(2.12194440e-4f), r);
  vec p = CONST(1.9875691500e-4f);
  p = madd(p, r, CONST(1.3981999507e-3f));
  p = madd(p, r, CONST(8.3334519073e-3f));
  p = madd(p, r, CONST(4.1665795894e-2f));
  p = madd(p, r, CONST(1.6666665459e-1f));
  p = madd(p, r, CONST(5.0000001201e-1f));
  p = add(madd(p, mul(r, r), r), CONST(1.f));
  /* Twice p by 2^(n - 1): n may be 128, whose power is no float. */
  vec power = wasm_i32x4_add(wasm_i32x4_shl(shifted, 23), wasm_i32x4_const_splat(126 << 23));
  return wasm_v128_andnot(mul(add(p, p), power), vanishes);
}

/* σ(x) = 1 / (1 + exp(-x)) and 1 - σ(x), both to relative precision: neither is taken from the other. */
typedef struct {
  vec on, off;
} Gate;

INLINE Gate gateOf(vec x) {
  vec e = expOf(minusAbs(x));
  vec larger = div(CONST(1.f), add(CONST(1.f), e));
  vec smaller = mul(e, larger);
  vec positive = wasm_f32x4_ge(x, ZERO);
  Gate gate = {choose(positive, larger, smaller), choose(positive, smaller, larger)};
  return gate;
}

/* tanh(x) and its slope 1 - tanh². Near 0 by Cephes' polynomial, where (1 - e) / (1 + e) would lose digits. */
typedef struct {
  vec value, slope;
} Bend;

INLINE Bend bendOf(vec x) {
  vec e = expOf(mul(minusAbs(x), CONST(2.f)));
  vec inverse = div(CONST(1.f), add(CONST(1.f), e));
  vec far = wasm_v128_or(mul(sub(CONST(1.f), e), inverse), wasm_v128_and(x, signBit()));
  vec z = mul(x, x);
  vec p = CONST(-5.70498872745e-3f);
  p = madd(p, z, CONST(2.06390887954e-2f));
  p = madd(p, z, CONST(-5.37397155531e-2f));
  p = madd(p, z, CONST(1.33314422036e-1f));
  p = madd(p, z, CONST(-3.33332819422e-1f));
  vec near = madd(mul(p, z), x, x);
  vec small = wasm_f32x4_lt(absolute(x), CONST(0.625f));
  Bend bend = {choose(small, near, far), mul(mul(mul(e, inverse), inverse), CONST(4.f))};
  return bend;
}

/*
 * The normal distribution Φ(x) and its density. Up to |x| = 1 by 1/2 + x R(x²); beyond by the tail exp(-x²/2) t P(t) with
 * t = 1 / (1 + 0.4 |x|), the form of Abramowitz & Stegun 7.1.26 with coefficients fitted to 8e-8 of the tail, so that large
 * negative x keep their digits.
 */
typedef struct {
  vec below, density;
} Normal;

INLINE Normal normalOf(vec x) {
  vec z = mul(x, x);
  vec e = expOf(mul(z, CONST(-0.5f)));
  vec t = div(CONST(1.f), madd(absolute(x), CONST(0.4f), CONST(1.f)));
  vec p = CONST(0.06812109053134918f);
  p = madd(p, t, CONST(-0.18642723560333252f));
  p = madd(p, t, CONST(0.10536230355501175f));
  p = madd(p, t, CONST(0.055541057139635086f));
  p = madd(p, t, CONST(0.13900214433670044f));
  p = madd(p, t, CONST(0.1591000109910965f));
  p = madd(p, t, CONST(0.159595787525177f));
  vec tail = mul(mul(p, t), e);
  vec far = choose(wasm_f32x4_gt(x, ZERO), sub(CONST(1.f), tail), tail);
  vec c = CONST(-7.574757091788e-6f);
  c = madd(c, z, CONST(1.1330184497637e-4f));
  c = madd(c, z, CONST(-1.1861815582961e-3f));
  c = madd(c, z, CONST(9.973275475204e-3f));
  c = madd(c, z, CONST(-6.649035215378e-2f));
  c = madd(c, z, CONST(0.3989422917366f));
  vec near = madd(c, x, CONST(0.5f));
  Normal normal = {choose(wasm_f32x4_lt(z, CONST(1.f)), near, far), mul(e, CONST(0.3989422804014327f))};
  return normal;
}

/* exp of two float64 numbers not above 0, to 2e-12; below -700 it is 0. NaN stays NaN. */
INLINE vec expOf64(vec x) {
  vec vanishes = wasm_f64x2_lt(x, wasm_f64x2_const_splat(-700));
  vec y = wasm_f64x2_pmax(x, wasm_f64x2_const_splat(-700));
  vec magic = wasm_f64x2_const_splat(6755399441055744.0);
  vec shifted = madd64(y, wasm_f64x2_const_splat(1.4426950408889634), magic);
  vec n = wasm_f64x2_sub(shifted, magic);
  vec r = madd64(n, wasm_f64x2_const_splat(-0.6931471805599453), y);
  vec p = wasm_f64x2_const_splat(2.470827061406321e-05);
  p = madd64(p, r, wasm_f64x2_const_splat(0.00019908952736952625));
  p = madd64(p, r, wasm_f64x2_const_splat(0.0013889197254247044));
  p = madd64(p, r, wasm_f64x2_const_splat(0.008333281787092106));
  p = madd64(p, r, wasm_f64x2_const_splat(0.04166666440370476));
  p = madd64(p, r, wasm_f64x2_const_splat(0.16666666784513745));
  p = madd64(p, r, wasm_f64x2_const_splat(0.5000000000427157));
  p = wasm_f64x2_add(madd64(p, wasm_f64x2_mul(r, r), r), wasm_f64x2_const_splat(1));
  vec power = wasm_i64x2_add(wasm_i64x2_shl(shifted, 52), wasm_i64x2_const_splat(1023ll << 52));
  return wasm_v128_andnot(wasm_f64x2_mul(p, power), vanishes);
}
